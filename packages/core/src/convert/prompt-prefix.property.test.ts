import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import type { ChatMessage } from '../chat/types.ts';
import type { MessageParam } from '../messages/types.ts';
import { toChatRequest } from './request.ts';

const options = { model: { id: 'm' }, traits: {} };
const text = fc.constantFrom('a', 'b\n', '<system-reminder>\nx\n</system-reminder>');
/** The same text as a client writes it now, and as it may write it in the next request. */
const content = text.map((value): MessageParam['content'][] => [value, [{ type: 'text', text: value }]]);
const systemTurns = fc.array(
  content.map((forms) => ({ role: 'system' as const, forms })),
  { maxLength: 2 },
);

/** One assistant turn and everything the client sends until the next. */
const exchange = fc
  .record({
    thinks: fc.boolean(),
    speaks: fc.boolean(),
    calls: fc.nat({ max: 2 }),
    also: fc.boolean(),
    words: content,
    system: systemTurns,
  })
  .map(({ thinks, speaks, calls, also, words, system }) => {
    const ids = ['x', 'y'].slice(0, calls);
    const assistant = [
      ...(thinks ? [{ type: 'thinking', thinking: 'hm', signature: '' }] : []),
      ...(speaks || calls === 0 ? [{ type: 'text', text: 'ok' }] : []),
      ...ids.map((id) => ({ type: 'tool_use', id, name: 'f', input: { id } })),
    ];
    const results = ids.map((id) => ({ type: 'tool_result', tool_use_id: id, content: id }));
    const said = also ? [{ type: 'text', text: 'and?' }] : [];
    return [
      { role: 'assistant' as const, forms: [assistant] },
      { role: 'user' as const, forms: calls > 0 ? [[...results, ...said]] : words },
      ...system,
    ];
  });

function write(
  turns: readonly { role: MessageParam['role']; forms: MessageParam['content'][] }[],
  form: number,
): ChatMessage[] {
  const messages = turns.map(({ role, forms }) => ({ role, content: forms[form % forms.length] ?? '' }));
  return toChatRequest({ model: 'm', messages }, options).messages;
}

describe('any conversation', () => {
  it('only ever grows at its end, however the client writes what it said before', () => {
    fc.assert(
      fc.property(
        content,
        systemTurns,
        fc.array(exchange, { minLength: 1, maxLength: 5 }),
        (words, opening, exchanges) => {
          let turns = [{ role: 'user' as MessageParam['role'], forms: words }, ...opening];
          for (const next of exchanges) {
            const longer = [...turns, ...next];
            const [before, after] = [write(turns, 0), write(longer, 1)];
            if (JSON.stringify(after.slice(0, before.length)) !== JSON.stringify(before)) {
              throw new Error(`${JSON.stringify(before)} is no prefix of ${JSON.stringify(after)}`);
            }
            turns = longer;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
