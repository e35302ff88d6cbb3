import { claudeCodeBody, longConversationBody } from '../bodies.ts';
import { firstEvent } from './first-event.ts';
import { idleMemory } from './idle-memory.ts';
import { ownEndpoint } from './own-endpoint.ts';
import { prefill } from './prefill.ts';
import type { Row } from './row.ts';
import { streamedToken } from './streamed-token.ts';
import { wholeRequest } from './whole-request.ts';

/** How much of everything is measured in a round. */
export interface Amounts {
  /** Seconds of a paced stream. */
  readonly paced: number;
  /** Tokens of each unpaced stream. */
  readonly unpaced: number;
  readonly claudeCode: number;
  readonly megabyte: number;
  readonly firstEvents: number;
  /** Streams held open. */
  readonly idle: number;
}

/** Of a whole run. */
export const fullAmounts: Amounts = {
  paced: 2,
  unpaced: 8000,
  claudeCode: 3000,
  megabyte: 300,
  firstEvents: 200,
  idle: 5000,
};

/** What `--only` takes. */
export const rowNames: readonly string[] = [
  'paced',
  'unpaced',
  'claude-code',
  'megabyte',
  'first-event',
  'prefill',
  'memory',
  'llama-server',
  'install',
];

/** Returns the rows in the order that they are reported in; those of a real llama-server if `LLAMA_SERVER` names one. */
export function createRows(amounts: Amounts, checkout: string): Row[] {
  const llamaServer = process.env['LLAMA_SERVER'];
  const claudeCode = claudeCodeBody();
  const megabyte = longConversationBody(1_000_000);
  return [
    streamedToken('paced', 'a streamed token, 64 streams at 100 tokens/s each', {
      streams: 64,
      tokens: amounts.paced * 100,
      intervalMs: 10,
    }),
    streamedToken('unpaced', 'a streamed token, 32 streams as fast as they come', {
      streams: 32,
      tokens: amounts.unpaced,
      intervalMs: 0,
    }),
    wholeRequest('claude-code', `a request of Claude Code (${kilobytes(claudeCode)}), one token back`, {
      body: claudeCode,
      requests: amounts.claudeCode,
      warmUps: 3,
      today: 1.7,
    }),
    wholeRequest('megabyte', `a long conversation (${kilobytes(megabyte)}), one token back`, {
      body: megabyte,
      requests: amounts.megabyte,
      warmUps: 8,
    }),
    firstEvent(amounts.firstEvents),
    prefill(),
    idleMemory(amounts.idle),
    ...(llamaServer === undefined ? [] : [ownEndpoint(llamaServer, checkout)]),
  ];
}

function kilobytes(body: string): string {
  return `${Math.round(Buffer.byteLength(body) / 1000)} kB`;
}
