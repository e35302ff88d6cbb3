import { APIConnectionError, APIError } from '@anthropic-ai/sdk/core/error';
import { describe, expect, test } from 'vitest';
import { toProblem } from './problem.ts';

const refused = (status: number | undefined, type: string, message: string): APIError =>
  APIError.generate(
    status,
    { type: 'error', error: { type, message } },
    undefined,
    new Headers({ 'request-id': 'req_1' }),
  );

describe('toProblem', () => {
  test('an overflow is told in numbers, with what to do', () => {
    const problem = toProblem(
      refused(400, 'invalid_request_error', 'prompt is too long: 12000 tokens > 8192 maximum'),
    );
    expect(problem.kind).toBe('overflow');
    expect(problem.detail).toContain((12_000).toLocaleString());
    expect(problem.detail).toContain('Start a new conversation');
    expect(problem.requestId).toBe('req_1');
  });

  test.each([
    [401, 'authentication_error', 'key'],
    [403, 'permission_error', 'key'],
    [400, 'invalid_request_error', 'request'],
    [404, 'not_found_error', 'request'],
    [413, 'request_too_large', 'overflow'],
    [429, 'rate_limit_error', 'busy'],
    [500, 'api_error', 'broken'],
    [504, 'timeout_error', 'busy'],
    [529, 'overloaded_error', 'busy'],
  ])('%d %s', (status, type, kind) => {
    expect(toProblem(refused(status, type, 'words of the server')).kind).toBe(kind);
  });

  test('the words of the server are shown, not the JSON around them', () => {
    expect(toProblem(refused(400, 'invalid_request_error', 'messages.0: wrong')).detail).toBe(
      'messages.0: wrong',
    );
  });

  test('a server that is gone is no bug of this page', () => {
    const problem = toProblem(new APIConnectionError({ message: 'Failed to fetch' }));
    expect(problem).toMatchObject({ kind: 'unreachable', detail: expect.stringContaining('npm start') });
    expect(toProblem(new TypeError('x is not a function')).kind).toBe('broken');
  });
});
