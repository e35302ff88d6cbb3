import type { IncomingMessage } from 'node:http';
import { post } from '../load/post.ts';
import { NumberedText, type SequenceFaults } from './numbered-text.ts';

/** How a client behaves. */
export interface ClientManners {
  /** Leaves after so many milliseconds, if the answer goes on so long. */
  readonly abortAfterMs?: number | undefined;
  /** Reads 64 KiB at a time, and not more than ten times in a second. */
  readonly isSlow?: boolean;
}

/** How an answer ended, and what came of it. */
export interface ReadAnswer extends SequenceFaults {
  /** `cut` is an answer that says itself that it is not whole: by an `error` event, or by a broken connection. */
  readonly outcome: 'complete' | 'aborted' | 'cut' | 'refused';
  readonly tokens: number;
}

/** Asks for a numbered answer and reads it; never rejects. */
export function readNumbered(url: string, body: string, manners: ClientManners): Promise<ReadAnswer> {
  const numbered = new NumberedText();
  return new Promise((resolve) => {
    const request = post(url, body, { agent: false });
    let outcome: ReadAnswer['outcome'] = 'cut';
    if (manners.abortAfterMs !== undefined) {
      const timer = setTimeout(() => {
        outcome = 'aborted';
        request.destroy();
      }, manners.abortAfterMs);
      request.once('close', () => clearTimeout(timer));
    }
    request.on('error', () => undefined);
    const finish = () => resolve({ outcome, tokens: numbered.next, ...numbered.faults });
    request.once('close', finish);
    request.once('response', (response: IncomingMessage) => {
      response.on('error', () => undefined);
      // A request closes with its socket, while its response may still be read.
      request.off('close', finish);
      response.once('close', finish);
      if (response.statusCode !== 200) {
        outcome = 'refused';
        response.resume();
        return;
      }
      let rest = '';
      let unpaused = 0;
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const frames = (rest + text).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) {
          const event = readEvent(frame);
          if (event.type === 'message_stop') outcome = 'complete';
          if (event.delta?.type === 'text_delta') numbered.add(event.delta.text);
        }
        unpaused += text.length;
        if (!manners.isSlow || unpaused < 64 * 1024) return;
        unpaused = 0;
        response.pause();
        setTimeout(() => response.resume(), 100);
      });
    });
  });
}

interface AnswerEvent {
  readonly type?: string;
  readonly delta?: { readonly type?: string; readonly text: string };
}

function readEvent(frame: string): AnswerEvent {
  const data = frame.slice(frame.indexOf('data:') + 5);
  return JSON.parse(data) as AnswerEvent;
}
