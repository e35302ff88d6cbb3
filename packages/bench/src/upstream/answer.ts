import type { ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { loadPieces, marks } from './pieces.ts';
import { beforeToken, done, loadRecordedStream } from './recorded-stream.ts';

const recorded = { plain: loadRecordedStream(false), verbose: loadRecordedStream(true) };
const pieces = loadPieces().map((piece) => JSON.stringify(piece));

/** One answer of a chat completion, in llama-server's bytes. */
export interface StreamedAnswer {
  /** Prompt tokens read so far; nothing if the request did not ask for it. */
  progress(processed: number, total: number): void;
  /** The event before the first token, and the first token, in one write. */
  begin(text?: string): void;
  /** Sends the next token, in a write of its own; false if the connection should be left to drain. */
  token(text?: string): boolean;
  finish(): void;
}

/** Begins an answer to the request of this body: its head leaves at once. */
export function beginAnswer(response: ServerResponse, body: Buffer): StreamedAnswer {
  const stream = body.includes('"verbose":true') ? recorded.verbose : recorded.plain;
  const reportsProgress = body.includes('"return_progress":true');
  const id = `chatcmpl-${randomBytes(24).toString('base64url').replaceAll(/[-_]/g, '0')}`;
  const afterToken = stream.afterToken(id);
  let sent = 0;
  response.sendDate = false;
  response.writeHead(200, {
    Server: 'llama.cpp',
    'Access-Control-Allow-Origin': '',
    'X-Accel-Buffering': 'no',
    'Content-Type': 'text/event-stream',
    // llama-server closes the connection after a stream, too, but announces that it will not: said here, nobody's next request is reset.
    Connection: 'close',
  });
  response.flushHeaders();

  const event = (text: string | undefined) => {
    sent += 1;
    return (
      beforeToken + (text === undefined ? pieces[sent % pieces.length] : JSON.stringify(text)) + afterToken
    );
  };
  return {
    progress(processed, total) {
      if (reportsProgress) response.write(stream.progress(id, processed, total));
    },
    begin(text = marks.first) {
      response.write(stream.begin(id) + event(text));
    },
    token: (text) => response.write(event(text)),
    finish() {
      response.write(stream.end(id));
      response.end(done);
    },
  };
}
