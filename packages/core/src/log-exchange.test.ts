import { expect, test } from 'vitest';
import { MessagesError } from './errors.ts';
import { logExchange } from './log-exchange.ts';
import { toMessageStart } from './stream/message-start.ts';
import type { ExchangeReport } from './report.ts';

function reportOf(changes: Partial<ExchangeReport>): ExchangeReport {
  return {
    requestId: 'req_1',
    model: 'claude-test',
    upstream: 'default',
    upstreamModel: 'qwen3',
    streamed: true,
    outcome: 'completed',
    stopReason: 'end_turn',
    usage: { ...toMessageStart('msg_1', 'claude-test', 1203, 1100).usage, output_tokens: 246 },
    conversation: undefined,
    attached: false,
    repairedArguments: 0,
    prefixBreak: undefined,
    queuedMs: 2_100,
    firstChunkMs: 2_110,
    firstTokenMs: 2_500,
    durationMs: 12_500,
    error: undefined,
    ...changes,
  };
}

function linesOf(report: ExchangeReport, logsAll = true): string[] {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  logExchange({ info: write('info'), warn: write('warn'), error: write('error') }, report, logsAll);
  return lines;
}

test('says what an exchange cost in one line', () => {
  expect(linesOf(reportOf({}))).toEqual([
    'info llama-messages: req_1 completed: qwen3, 1203 tokens in (1100 cached), 246 out, 24.5 tokens/s, queued 2.10 s, first token after 2.50 s, 12.50 s in all, end_turn',
  ]);
});

test('leaves out what is not known', () => {
  const usage = toMessageStart('msg_1', 'claude-test', 0).usage;
  const aborted = { outcome: 'aborted', usage, stopReason: undefined, firstTokenMs: undefined } as const;
  expect(linesOf(reportOf({ ...aborted, upstreamModel: '', queuedMs: 0 }))).toEqual([
    'info llama-messages: req_1 aborted: claude-test, 12.50 s in all',
  ]);
});

test('a failure says what happened below, but quotes no answer', () => {
  const failed = { outcome: 'failed', stopReason: undefined } as const;
  const unreachable = new MessagesError('overloaded_error', 'The model server cannot be reached.', {
    cause: new Error('connect ECONNREFUSED'),
  });
  expect(linesOf(reportOf({ ...failed, error: unreachable })).join('\n')).toMatch(
    /^warn .* failed: qwen3, .*overloaded_error 529: The model server cannot be reached\. \(connect ECONNREFUSED\)$/,
  );
  const unparsed = new MessagesError('api_error', 'It failed: Failed to parse input at pos 7: my secret');
  expect(linesOf(reportOf({ ...failed, error: unparsed })).join('\n')).toMatch(/at pos 7$/);
});

test('turned off, only failures are left that are not the fault of the client', () => {
  const failedBy = (type: 'api_error' | 'invalid_request_error') =>
    linesOf(reportOf({ outcome: 'failed', error: new MessagesError(type, 'No.') }), false);
  expect(linesOf(reportOf({}), false)).toEqual([]);
  expect(failedBy('invalid_request_error')).toEqual([]);
  expect(failedBy('api_error')).toHaveLength(1);
});
