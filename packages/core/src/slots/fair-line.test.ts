import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFairLine } from './fair-line.ts';

function takeAll<Entry>(line: { take(): Entry | undefined }): Entry[] {
  const taken: Entry[] = [];
  for (let entry = line.take(); entry !== undefined; entry = line.take()) taken.push(entry);
  return taken;
}

describe('a fair line', () => {
  it('serves conversations in turn, each in its own order', () => {
    const line = createFairLine<string>();
    for (const entry of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) line.push(entry.charAt(0), entry);
    expect(takeAll(line)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('closes the gap that one leaves', () => {
    const line = createFairLine<string>();
    for (const entry of ['a1', 'a2', 'b1']) line.push(entry.charAt(0), entry);
    line.remove('a', 'a1');
    line.remove('b', 'b1');
    line.remove('b', 'b1');
    expect(line.size).toBe(1);
    expect(takeAll(line)).toEqual(['a2']);
  });

  it('says the order beforehand, whatever came and went', () => {
    const step = fc.record({ conversation: fc.constantFrom('a', 'b', 'c'), takes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const line = createFairLine<number>();
        for (const [index, { conversation, takes }] of steps.entries()) {
          line.push(conversation, index);
          if (takes) line.take();
        }
        const order = line.order();
        expect(order).toHaveLength(line.size);
        expect(takeAll(line)).toEqual(order);
      }),
    );
  });
});
