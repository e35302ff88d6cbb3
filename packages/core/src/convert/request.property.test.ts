import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { MessagesError } from '../errors.ts';
import { checkMessagesRequest } from '../messages/schema.ts';
import { estimateTokens } from './estimate-tokens.ts';
import type { ConvertOptions } from './options.ts';
import { toChatRequest } from './request.ts';
import { toResponsePlan } from './response-plan.ts';

const json = fc.jsonValue({ maxDepth: 2 });
const word = fc.oneof(
  fc.constantFrom('a', 'b', '', ' ', '\n', 'x-anthropic-billing-header: y\nz', '<system-reminder>'),
  fc.string({ maxLength: 6 }),
);
const id = fc.constantFrom('x', 'y', 'z');
const name = fc.constantFrom('f', 'g', 'structured_output', 'web_search');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const source = fc.oneof(
  fc.record({
    type: fc.constant('base64'),
    media_type: fc.constantFrom('image/png', 'application/pdf'),
    data: word,
  }),
  fc.record({ type: fc.constant('url'), url: fc.constant('https://example.com/a') }),
  fc.record({ type: fc.constant('text'), data: word }),
  fc.record({ type: fc.constant('content'), content: word }),
  fc.record({ type: word }),
);

/** Blocks of every known type, well formed, and of unknown types with anything in them. */
const { block } = fc.letrec<{ block: unknown; blocks: unknown }>((tie) => ({
  blocks: fc.array(tie('block'), { maxLength: 3 }),
  block: fc.oneof(
    { maxDepth: 3 },
    fc.record({ type: fc.constant('text'), text: word }),
    fc.record({ type: fc.constantFrom('image', 'document'), source }),
    fc.record({
      type: fc.constant('document'),
      source: fc.record({ type: fc.constant('content'), content: tie('blocks') }),
      title: maybe(word),
      context: maybe(word),
    }),
    fc.record({ type: fc.constant('search_result'), title: word, source: word, content: tie('blocks') }),
    fc.record({
      type: fc.constant('thinking'),
      thinking: word,
      signature: fc.oneof(word, fc.constant('lm1.aGk')),
    }),
    fc.record({ type: fc.constant('redacted_thinking') }),
    fc.record(
      { type: fc.constant('tool_use'), id, name, input: json },
      { requiredKeys: ['type', 'id', 'name'] },
    ),
    fc.record({ type: fc.constant('tool_reference'), tool_name: name }),
    fc.record(
      {
        type: fc.constant('tool_result'),
        tool_use_id: id,
        content: fc.oneof(word, fc.constant(null), tie('blocks')),
        is_error: maybe(fc.boolean()),
      },
      { requiredKeys: ['type', 'tool_use_id'] },
    ),
    fc.record(
      {
        type: fc.constantFrom(
          'server_tool_use',
          'web_search_tool_result',
          'tool_search_tool_result',
          'compaction',
          'tool_addition',
          'browser_state',
          'someday',
        ),
        content: json,
        text: json,
        tool: json,
        name: json,
        input: json,
      },
      { requiredKeys: ['type'] },
    ),
  ),
}));
const blocks = fc.array(block, { maxLength: 4 });

const call = (ids: string[]) => ids.map((toolId) => ({ type: 'tool_use', id: toolId, name: 'f', input: {} }));
const results = (ids: string[]) =>
  ids.map((toolId) => ({ type: 'tool_result', tool_use_id: toolId, content: 'r' }));
/** Mostly turns in good order, so that the conversion is not over at the first missing result. */
const turns = fc.oneof(
  fc.array(
    fc.record({ role: fc.constantFrom('user', 'assistant', 'system'), content: fc.oneof(word, blocks) }),
    { maxLength: 3 },
  ),
  fc.uniqueArray(id, { minLength: 1 }).map((ids) => [
    { role: 'assistant', content: call(ids) },
    { role: 'user', content: results(ids) },
  ]),
);
const tool = fc.oneof(
  fc.record(
    {
      name,
      input_schema: fc.dictionary(word, json),
      description: maybe(word),
      defer_loading: maybe(fc.boolean()),
      input_examples: maybe(fc.array(json)),
    },
    { requiredKeys: ['name', 'input_schema'] },
  ),
  fc.record(
    {
      type: fc.constantFrom(
        'bash_20250124',
        'text_editor_20250728',
        'memory_20250818',
        'web_search_20250305',
        'tool_search_tool_bm25',
        'someday_1',
      ),
      name,
      defer_loading: maybe(fc.boolean()),
    },
    { requiredKeys: ['type'] },
  ),
);
const format = fc.record({ type: fc.constant('json_schema'), schema: fc.dictionary(word, json) });

const request = fc.record(
  {
    model: word,
    max_tokens: fc.nat(),
    messages: fc.array(turns, { minLength: 1, maxLength: 5 }).map((all) => all.flat()),
    system: fc.oneof(word, fc.constant(null), blocks),
    tools: maybe(fc.array(tool, { maxLength: 4 })),
    tool_choice: maybe(
      fc.oneof(
        fc.record({ type: fc.constantFrom('auto', 'any', 'none') }),
        fc.record({ type: fc.constant('tool'), name }),
      ),
    ),
    stop_sequences: maybe(fc.array(word)),
    temperature: maybe(fc.double({ noNaN: true })),
    top_k: maybe(fc.integer()),
    thinking: maybe(
      fc.record(
        {
          type: fc.constantFrom('enabled', 'disabled', 'adaptive', 'someday'),
          budget_tokens: maybe(fc.double({ noNaN: true })),
          display: maybe(word),
        },
        { requiredKeys: ['type'] },
      ),
    ),
    output_config: maybe(fc.record({ effort: maybe(word), format: maybe(format) }, { requiredKeys: [] })),
  },
  { requiredKeys: ['model', 'max_tokens', 'messages'] },
);
const options: fc.Arbitrary<ConvertOptions> = fc.record({
  model: fc.record({
    id: fc.constant('m'),
    vision: fc.constantFrom(true, false, undefined),
    effort: fc.constantFrom(true, false, undefined),
  }),
  traits: fc.record({ echoesPrefill: fc.boolean(), schemaExcludesTools: fc.boolean() }),
});

describe('any request that passes the check', () => {
  it('is converted or refused, never a crash, never changed, twice the same', () => {
    let converted = 0;
    fc.assert(
      fc.property(request, options, (body, convertOptions) => {
        const before = JSON.stringify(body);
        let first: string;
        try {
          const checked = checkMessagesRequest(body);
          const chat = toChatRequest(checked, convertOptions);
          toResponsePlan(checked, convertOptions);
          first = JSON.stringify(chat);
          if (!Number.isFinite(estimateTokens(chat))) throw new Error('no estimate');
          if (first !== JSON.stringify(toChatRequest(checked, convertOptions)))
            throw new Error('not the same twice');
          if (chat.messages.some((message, index) => message.role === 'system' && index > 0))
            throw new Error('late system message');
          converted += 1;
        } catch (error) {
          if (!(error instanceof MessagesError) || error.status !== 400) throw error;
        }
        if (JSON.stringify(body) !== before) throw new Error('the request was changed');
      }),
      { numRuns: 1500 },
    );
    if (converted < 300)
      throw new Error(`only ${converted} requests were converted, the property says little`);
  });
});
