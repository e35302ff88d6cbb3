import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeLasting } from '../memory/lasting.ts';
import { toChatJson, toToolsJson } from './chat-json.ts';
import type { ChatTool } from './types.ts';

const tools = fc.array(
  fc.record(
    {
      type: fc.constant('function' as const),
      function: fc.record(
        {
          name: fc.string({ unit: 'binary' }),
          description: fc.string({ unit: 'binary' }),
          parameters: fc.dictionary(fc.string(), fc.jsonValue()),
        },
        { requiredKeys: ['name', 'parameters'] },
      ),
    },
    { noNullPrototype: true },
  ),
);

it('is byte for byte what JSON.stringify writes, for tools that last, too, and the second time', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.option(fc.jsonValue(), { nil: undefined })),
      fc.option(tools, { nil: undefined }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.boolean(),
      (before, listed: ChatTool[] | undefined, after, lasts) => {
        const body = { ...before, tools: listed, ...after };
        const expected = JSON.stringify(body);
        if (lasts) makeLasting(listed);
        expect(toChatJson(body)).toBe(expected);
        expect(toChatJson(body)).toBe(expected);
        if (listed) expect(toToolsJson(listed)).toBe(JSON.stringify(listed));
      },
    ),
    { numRuns: 500 },
  );
});
