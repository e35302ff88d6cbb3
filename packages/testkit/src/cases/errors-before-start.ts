import {
  type Answer,
  cutStreamAnswer,
  errorAnswer,
  fixtureAnswer,
  jsonAnswer,
  resetAnswer,
  textAnswer,
} from '../answer.ts';
import {
  type ConformanceCase,
  type ExpectedError,
  expectError,
  requestOf,
  streamOf,
} from '../conformance-case.ts';

interface Refusal {
  readonly id: string;
  readonly what: string;
  readonly answer: () => Answer;
  readonly expected: ExpectedError;
  readonly retryAfter?: boolean;
  /** The server waits for a model that is loading; here it is to say so at once. */
  readonly impatient?: boolean;
}

const invalid = { status: 400, type: 'invalid_request_error' } as const;
const overloaded = { status: 529, type: 'overloaded_error' } as const;
const ours = { status: [500, 502, 503, 529], type: ['api_error', 'overloaded_error'] } as const;

const deterministic = [
  ['jinja', 'Jinja Exception: System message must be at the beginning.'],
  ['image', 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj'],
  ['json', '[json.exception.parse_error.101] parse error at line 1, column 2: syntax error'],
  ['json-schema', 'JSON schema error at #/properties/a: cannot resolve $ref #/nowhere'],
  ['messages', 'Failed to parse messages: unsupported content part type'],
] as const;

/** What the upstream says before the first byte of an answer; the same for streamed and unstreamed requests. */
const refusals: readonly Refusal[] = [
  {
    id: 'overflow',
    what: 'a prompt beyond the context window as "prompt is too long", which starts the compaction of clients',
    answer: () => fixtureAnswer('error-overflow'),
    expected: { ...invalid, message: /^prompt is too long: 60009 tokens > 4096 maximum$/ },
  },
  {
    id: 'loading',
    what: 'a model that is being loaded as 529 with retry-after',
    answer: () => errorAnswer(503, 'unavailable_error', 'Loading model'),
    expected: overloaded,
    retryAfter: true,
    impatient: true,
  },
  {
    id: 'stream-owner-loading',
    what: 'a router whose model is being loaded as 529 with retry-after',
    answer: () => errorAnswer(503, 'unavailable_error', 'Stream owner model is loading'),
    expected: overloaded,
    retryAfter: true,
    impatient: true,
  },
  ...["model 'x' not found", 'model is not loaded', 'model name is missing'].map(
    (message, index): Refusal => ({
      id: `model-not-found-${index + 1}`,
      what: `the router's "${message}" as 404`,
      answer: () => errorAnswer(400, 'invalid_request_error', message),
      expected: { status: 404, type: 'not_found_error', message: /^model: / },
    }),
  ),
  {
    id: 'shared-context',
    what: 'a context that all slots share and have filled as 529 with retry-after',
    answer: () => errorAnswer(500, 'server_error', 'Context size has been exceeded.'),
    expected: { ...overloaded, message: /slots share it/ },
    retryAfter: true,
  },
  {
    id: 'upstream-key',
    what: 'a key that the upstream refuses as a fault of the server, never as 401',
    answer: () => errorAnswer(401, 'authentication_error', 'Invalid API Key'),
    expected: { status: 500, type: 'api_error' },
  },
  {
    id: 'invalid-request',
    what: 'a request that the upstream refuses as 400 with its words',
    answer: () => fixtureAnswer('error-part-type'),
    expected: { ...invalid, message: /unsupported content\[\]\.type/ },
  },
  ...deterministic.map(([id, message]): Refusal => ({
    id: `deterministic-${id}`,
    what: `the upstream's 500 "${message.slice(0, 30)}…" as 400, for a retry cannot help`,
    answer: () => errorAnswer(500, 'server_error', message),
    expected: invalid,
  })),
  {
    id: 'not-supported',
    what: "the upstream's 501 as 400",
    answer: () => errorAnswer(501, 'not_supported_error', 'This server does not support chat'),
    expected: invalid,
  },
  {
    id: 'route-missing',
    what: 'an upstream without the route as 500',
    answer: () => fixtureAnswer('not-found'),
    expected: { status: 500, type: 'api_error' },
  },
  {
    id: 'internal',
    what: 'any other fault of the upstream as 500',
    answer: () => errorAnswer(500, 'server_error', 'something broke'),
    expected: { status: 500, type: 'api_error' },
  },
  {
    id: 'html',
    what: 'the HTML page of a proxy as an error without HTML',
    answer: () => textAnswer(502, 'text/html', '<html><body><h1>502 Bad Gateway</h1></body></html>'),
    expected: { ...ours, message: /^[^<]+$/ },
  },
  {
    id: 'html-ok',
    what: 'an HTML page with status 200 as an error without HTML',
    answer: () => textAnswer(200, 'text/html', '<html><body>Welcome</body></html>'),
    expected: { ...ours, message: /^[^<]+$/ },
  },
  {
    id: 'reset',
    what: 'a connection that dies before an answer as an error of the server',
    answer: resetAnswer,
    expected: ours,
  },
  {
    id: 'empty-stream',
    what: 'a stream that ends before it said anything as an error of the server',
    answer: () => cutStreamAnswer(),
    expected: ours,
  },
  {
    id: 'empty-error',
    what: 'an error without a body as an error of the server',
    answer: () => jsonAnswer(500, ''),
    expected: ours,
  },
];

/** What clients learn when the upstream refuses: the same status and body, streamed or not. */
export const errorsBeforeStartCases: readonly ConformanceCase[] = refusals.map(
  ({ id, what, answer, expected, retryAfter, impatient }): ConformanceCase => ({
    id: `errors.refused.${id}`,
    title: `MUST report ${what}, streamed or not`,
    run: async (context) => {
      const { client, upstream } = impatient ? await context.createServer({ loadingTimeoutMs: 0 }) : context;
      for (const request of [requestOf('Hello'), streamOf('Hello')]) {
        upstream.on('POST /v1/chat/completions', answer);
        const response = await client.messages(request);
        await expectError(context, response, expected);
        if (retryAfter) context.expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      }
    },
  }),
);
