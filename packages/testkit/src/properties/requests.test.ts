import { createMessagesHandler, type Upstream } from '@llama-messages/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadClientRequests } from '../fixtures.ts';

/** Answers at once; the real engines are elsewhere, here it is 10,000 requests. */
const upstream: Upstream = {
  name: 'immediate',
  traits: { reportsProgress: true },
  async stream() {
    return (async function* () {
      yield [
        {
          choices: [{ delta: { content: 'ok' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 1, completion_tokens: 1 },
        },
      ];
    })();
  },
  countTokens: async () => ({ tokens: 1, exact: true }),
  models: async () => [{ id: 'm', contextWindow: 4096, vision: false }],
};

const handler = createMessagesHandler({ upstream });

async function post(path: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await handler.handle({
    method: 'POST',
    path,
    headers: new Headers(),
    body: () => JSON.stringify(body) ?? '',
    signal: new AbortController().signal,
  });
  if (typeof response.body === 'string') return { status: response.status, text: response.body };
  let text = '';
  for await (const frames of response.body) text += frames;
  return { status: response.status, text };
}

const seeds: unknown[] = [
  { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] },
  {
    model: 'm',
    max_tokens: 5,
    stream: true,
    system: [{ type: 'text', text: 'be kind' }],
    thinking: { type: 'enabled', budget_tokens: 100 },
    tool_choice: { type: 'tool', name: 'f' },
    tools: [
      { name: 'f', input_schema: { type: 'object' } },
      { type: 'bash_20250124', name: 'bash' },
    ],
    output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
    stop_sequences: ['END'],
    messages: [
      {
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 'lm1' },
          { type: 'tool_use', id: 'a', name: 'f', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'x' }], is_error: true },
        ],
      },
      { role: 'system', content: 'note' },
      { role: 'user', content: [{ type: 'document', title: 't', source: { type: 'text', data: 'd' } }] },
    ],
  },
  ...loadClientRequests()
    .map(({ body }) => body)
    .filter((body) => JSON.stringify(body ?? '').length < 3_000),
];

/** Every place in a request: the path to it. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, inner]) =>
      places(inner, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function mutate(
  value: unknown,
  [step, ...rest]: readonly (string | number)[],
  change: (value: unknown) => unknown,
): unknown {
  if (step === undefined) return change(value);
  if (Array.isArray(value)) {
    const copy = [...(value as unknown[])];
    copy[Number(step)] = mutate(copy[Number(step)], rest, change);
    return copy;
  }
  const record = value as Record<string, unknown>;
  return { ...record, [step]: mutate(record[step], rest, change) };
}

const junk = fc.oneof(
  fc.constantFrom(
    null,
    undefined,
    0,
    -1,
    1.5,
    1e99,
    '',
    'x',
    [],
    {},
    [[]],
    [null],
    true,
    '__proto__',
    'tool_use',
    'assistant',
    'system',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const mutation = fc.record({
  at: fc.nat(),
  value: junk,
  how: fc.constantFrom('replace', 'wrap', 'double', 'drop'),
});

it('answers 10,000 broken requests with 200 or a 4xx in the shape of the API, never with a 5xx, a throw or a hang', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...seeds),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      fc.constantFrom('/v1/messages', '/v1/messages', '/v1/messages/count_tokens'),
      async (seed, mutations, path) => {
        let body = seed;
        for (const { at, value, how } of mutations) {
          const all = places(body);
          body = mutate(body, all[at % all.length] ?? [], (old) => {
            if (how === 'wrap') return [old];
            if (how === 'double')
              return Array.isArray(old) ? [...(old as unknown[]), ...(old as unknown[])] : old;
            return how === 'drop' ? undefined : value;
          });
        }
        const { status, text } = await post(path, body);
        const shown = `${status} ${text.slice(0, 300)} for ${JSON.stringify(body)?.slice(0, 600)}`;
        expect(status, shown).toBeLessThan(500);
        if (status !== 200) expect((JSON.parse(text) as { type: string }).type, shown).toBe('error');
        else expect(text, shown).not.toContain('event: error');
      },
    ),
    { numRuns: 10_000 },
  );
}, 180_000);
