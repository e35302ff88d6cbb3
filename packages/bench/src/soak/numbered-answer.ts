import type { ServerResponse } from 'node:http';
import type { StreamedAnswer } from '../upstream/answer.ts';
import { toNumberedToken } from './numbered-text.ts';
import { slowReaderPrompt } from './prompts.ts';

/** Chance of an answer to be cut by a reset of its connection. */
const resets = 0.05;

/** Big enough that the buffers of the operating system cannot take the whole answer of a slow reader. */
const slowAnswer = { tokens: 2_000, filling: 2_000 };

interface NumberedAnswer {
  readonly response: ServerResponse;
  readonly stream: StreamedAnswer;
  readonly tokens: number;
  readonly filling: number;
  /** The token that is not sent any more. */
  readonly resetAt: number;
  sent: number;
}

const paced = new Set<NumberedAnswer>();
const reset = new WeakSet<ServerResponse>();
let resetCount = 0;

/** Whether this answer was cut here. */
export function wasReset(response: ServerResponse): boolean {
  return reset.has(response);
}

/** Returns how many answers were cut here. */
export function countResets(): number {
  return resetCount;
}

/**
 * Plays an answer of numbered tokens, 100 per second and some hundred of them; to a slow reader, large ones as fast as
 * the connection takes them.
 */
export function playNumbered(response: ServerResponse, stream: StreamedAnswer, body: Buffer): void {
  const isSlow = body.includes(slowReaderPrompt);
  const tokens = isSlow ? slowAnswer.tokens : 50 + Math.floor(Math.random() * 550);
  const resetAt = Math.random() < resets ? 1 + Math.floor(Math.random() * (tokens - 1)) : Infinity;
  const answer = { response, stream, tokens, filling: isSlow ? slowAnswer.filling : 0, resetAt, sent: 1 };
  stream.begin(toNumberedToken(0));
  if (isSlow) {
    sendUntilFull(answer);
    return;
  }
  paced.add(answer);
  response.once('close', () => paced.delete(answer));
}

setInterval(() => {
  for (const answer of paced) if (!sendNext(answer)) paced.delete(answer);
}, 10).unref();

function sendUntilFull(answer: NumberedAnswer): void {
  while (sendNext(answer)) {
    if (!answer.response.writableNeedDrain) continue;
    answer.response.once('drain', () => sendUntilFull(answer));
    return;
  }
}

/** Returns whether there is more to send. */
function sendNext(answer: NumberedAnswer): boolean {
  const { response, stream, tokens, filling, resetAt } = answer;
  if (response.destroyed) return false;
  if (answer.sent === resetAt) {
    reset.add(response);
    resetCount += 1;
    response.socket?.resetAndDestroy();
    return false;
  }
  if (answer.sent === tokens) {
    stream.finish();
    return false;
  }
  stream.token(toNumberedToken(answer.sent, filling));
  answer.sent += 1;
  return true;
}
