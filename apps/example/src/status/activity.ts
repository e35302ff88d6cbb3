import type { ExchangeObserver, Observe } from '@llama-messages/core';
import type { RunningRequest, ServerStatus, Totals } from './api.ts';
import { createThroughputMeter } from './throughput.ts';

/** What goes on here, and went on in the last minutes. */
export interface Activity {
  /** For `observers` of the Messages API's options. */
  readonly observe: Observe;
  read(): Pick<ServerStatus, 'running' | 'queued' | 'throughput' | 'totals'>;
}

type Running = { -readonly [Key in keyof RunningRequest]: RunningRequest[Key] };

const pieceMark = 'event: content_block_delta';

export function createActivity(): Activity {
  const running = new Map<string, Running>();
  const meter = createThroughputMeter();
  const totals = {
    completed: 0,
    failed: 0,
    aborted: 0,
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
  } satisfies Totals;

  function observe({ requestId: id, request, receivedAt }: Parameters<Observe>[0]): ExchangeObserver {
    /** Tokens of the prompt that are in the meter already. */
    let read = 0;
    /** Pieces of the answer by second, which stand for tokens until the true count is known. */
    const pieces = new Map<number, number>();
    let all = 0;

    const current: Running = {
      id,
      model: request.model,
      receivedAt,
      phase: 'starting',
      position: undefined,
      prompt: undefined,
      pieces: 0,
    };
    running.set(id, current);
    const change = (news: Partial<Running>): void => void Object.assign(current, news);

    return {
      onProgress(wait) {
        switch (wait.phase) {
          case 'queued':
            return change({ phase: 'queued', position: wait.position });
          case 'loading':
          case 'down':
            return change({ phase: wait.phase, position: undefined });
          case 'prompt': {
            const { processed, cached, total } = wait;
            meter.add('read', processed - cached - read, Date.now());
            read = processed - cached;
            if (all === 0) change({ phase: 'prompt', position: undefined });
            return change({ prompt: { processed, cached, total } });
          }
          default:
            wait satisfies never;
        }
      },
      onUpstreamRequest: () => change({ phase: 'prompt', position: undefined }),
      onOutput(text) {
        const count = countPieces(text);
        if (count === 0) return;
        const second = Math.floor(Date.now() / 1_000) * 1_000;
        meter.add('generated', count, second);
        pieces.set(second, (pieces.get(second) ?? 0) + count);
        all += count;
        change({ phase: 'answering', pieces: all });
      },
      onEnd({ outcome, usage, attached, durationMs, firstChunkMs }) {
        running.delete(id);
        totals[outcome] += 1;
        // The tokens are those of the request that it got the answer of.
        const output = attached ? 0 : usage.output_tokens;
        const input = attached ? 0 : usage.input_tokens;
        totals.inputTokens += input;
        totals.outputTokens += output;
        totals.cachedTokens += attached ? 0 : usage.cache_read_input_tokens;
        const now = Date.now();
        if (!attached && read === 0)
          meter.add('read', input, now - durationMs + (firstChunkMs ?? durationMs));
        if (all > 0) {
          // A tool's arguments may come in one piece, and other pieces hold more than one token.
          for (const [at, count] of pieces) meter.add('generated', count * (output / all - 1), at);
        } else spread(output, now - durationMs + (firstChunkMs ?? 0), now);
      },
    };
  }

  /** An answer that is not streamed comes as a whole: nobody saw when its tokens were made. */
  function spread(tokens: number, from: number, until: number): void {
    const seconds = Math.max(1, Math.ceil((until - from) / 1_000));
    if (tokens === 0) return;
    for (let second = 0; second < seconds; second += 1) {
      meter.add('generated', tokens / seconds, Math.min(until, from + second * 1_000));
    }
  }

  return {
    observe,
    read() {
      const requests = [...running.values()];
      return {
        running: requests,
        queued: requests.filter(({ phase }) => phase === 'queued').length,
        throughput: meter.read(Date.now()),
        totals: { ...totals },
      };
    },
  };
}

function countPieces(text: string): number {
  let count = 0;
  for (let at = text.indexOf(pieceMark); at !== -1; at = text.indexOf(pieceMark, at + pieceMark.length)) {
    count += 1;
  }
  return count;
}
