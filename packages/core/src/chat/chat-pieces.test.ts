import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concatBytes } from '#bytes';
import { makeLasting } from '../memory/lasting.ts';
import { toChatPieces } from './chat-pieces.ts';

const text = fc.string({ unit: 'binary' });

/** Tools or messages; each may have been made lasting before. */
const items = fc.array(
  fc.tuple(fc.dictionary(text, fc.jsonValue(), { noNullPrototype: true }), fc.boolean()),
);

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Half of a surrogate pair is written as an escape, so every text survives being encoded. */
it('is byte for byte what JSON.stringify writes, with items that last, too, and the second time', () => {
  fc.assert(
    fc.property(
      fc.dictionary(text, fc.option(fc.jsonValue(), { nil: undefined })),
      fc.option(items, { nil: undefined }),
      fc.option(items, { nil: undefined }),
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.boolean(),
      (before, tools, messages, after, listLasts) => {
        for (const [item, lasts] of [...(tools ?? []), ...(messages ?? [])]) if (lasts) makeLasting(item);
        const body = {
          ...before,
          messages: messages?.map(([message]) => message),
          tools: tools?.map(([tool]) => tool),
          ...after,
        };
        if (listLasts) makeLasting(body.tools);
        const expected = JSON.stringify(body);
        expect(decoder.decode(concatBytes(toChatPieces(body)))).toBe(expected);
        expect(decoder.decode(concatBytes(toChatPieces(body)))).toBe(expected);
      },
    ),
    { numRuns: 500 },
  );
});
