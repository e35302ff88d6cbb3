import { type Answer, cutStreamAnswer, resetStreamAnswer, streamAnswer } from '../answer.ts';
import { errorChunk, progressChunk, textChunk } from '../chat-chunks.ts';
import { type ConformanceCase, expectError, requestOf, streamOf } from '../conformance-case.ts';
import { assertEventGrammar, toMessageFromEvents } from '../event-grammar.ts';
import { createGate } from '../gate.ts';

const ours = { status: [500, 502, 503, 529], type: ['api_error', 'overloaded_error'] } as const;

const begun = [progressChunk(10, 0, 10), textChunk('Once upon')];
/** What goes wrong after the answer has begun. */
const breaks: readonly { id: string; what: string; answer: (seen: Promise<void>) => Answer }[] = [
  {
    id: 'error-chunk',
    what: 'an error of the upstream',
    answer: (seen) => cutStreamAnswer(...begun, seen, errorChunk('Compute error.')),
  },
  {
    id: 'truncated',
    what: 'a stream that ends without a finish reason',
    answer: (seen) => cutStreamAnswer(...begun, seen),
  },
  {
    id: 'inside-frame',
    what: 'a stream that ends inside a frame',
    answer: (seen) => cutStreamAnswer(...begun, seen, 'data: {"choices":[{"del'),
  },
  {
    id: 'reset',
    what: 'a connection that is reset',
    answer: (seen) => resetStreamAnswer(...begun, seen),
  },
  {
    id: 'garbage',
    what: 'a chunk that is not JSON',
    answer: (seen) => streamAnswer(...begun, seen, 'data: {not json}\n\n'),
  },
];

/** What clients learn when the upstream fails in the middle of an answer. */
export const errorsAfterStartCases: readonly ConformanceCase[] = breaks.flatMap(
  ({ id, what, answer }): ConformanceCase[] => [
    {
      id: `errors.broken.${id}`,
      title: `MUST end the stream with one error event after ${what}, and never with message_stop`,
      run: async ({ client, upstream, expect }) => {
        const seen = createGate();
        upstream.answer(answer(seen.opened));
        const response = await client.messages(streamOf('Hello'));
        expect(response.status).toBe(200);
        const events = [];
        for await (const event of response.events()) {
          events.push(event);
          if (event.type === 'content_block_delta') seen.open();
        }
        assertEventGrammar(events);
        const { message, complete, error } = toMessageFromEvents(events);
        expect(complete).toBe(false);
        expect(message.stop_reason).toBeNull();
        expect(message.content).toMatchObject([{ type: 'text', text: 'Once upon' }]);
        expect(['api_error', 'overloaded_error']).toContain(error?.type);
      },
    },
    {
      id: `errors.broken-json.${id}`,
      title: `MUST answer an unstreamed request with an error after ${what}`,
      run: async (context) => {
        context.upstream.answer(answer(Promise.resolve()));
        await expectError(context, await context.client.messages(requestOf('Hello')), ours);
      },
    },
  ],
);
