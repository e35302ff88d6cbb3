import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSlotAffinity, type SlotAffinity } from './affinity.ts';

const ask = (affinity: SlotAffinity, id: string, slots: number, options = {}) =>
  affinity.slotFor({ id, agent: 'main', isBackground: false, ...options }, slots);

/** One request after another, so that every slot is idle each time. */
function slotOf(affinity: SlotAffinity, id: string, slots: number, options = {}): number {
  const lease = ask(affinity, id, slots, options);
  lease.release();
  return lease.slot;
}

describe('a slot', () => {
  it('stays with its conversation, and each agent has its own', () => {
    const affinity = createSlotAffinity();
    const visits = ['a', 'b', 'a', 'b', 'a'].map((id) => slotOf(affinity, id, 4));
    expect(visits).toEqual([0, 1, 0, 1, 0]);
    expect(slotOf(affinity, 'a', 4, { agent: 'a-7' })).toBe(2);
    expect(slotOf(affinity, 'a', 4)).toBe(0);
  });

  it('that was not used for the longest time goes to a new conversation', () => {
    const affinity = createSlotAffinity();
    for (const id of ['a', 'b', 'c', 'a', 'c']) slotOf(affinity, id, 3);
    expect(slotOf(affinity, 'd', 3)).toBe(1);
  });

  it('is shared by two when there is one conversation too many, instead of all pushing each other out', () => {
    const affinity = createSlotAffinity();
    const rounds = [0, 1, 2].map(() => ['a', 'b', 'c', 'd'].map((id) => slotOf(affinity, id, 3)));
    expect(rounds).toEqual([
      [0, 1, 2, 0],
      [0, 1, 2, 0],
      [0, 1, 2, 0],
    ]);
  });

  it('that somebody else is using is not waited for while another is idle', () => {
    const affinity = createSlotAffinity();
    for (const id of ['a', 'b', 'c']) slotOf(affinity, id, 2);
    const busy = ask(affinity, 'c', 2);
    expect(busy.slot).toBe(0);
    expect(slotOf(affinity, 'a', 2)).toBe(1);
    busy.release();
    expect(slotOf(affinity, 'a', 2)).toBe(1);
  });

  it('that is its own and busy sends a second request elsewhere, just this once', () => {
    const affinity = createSlotAffinity();
    const [first, second] = [ask(affinity, 'a', 3), ask(affinity, 'a', 3)];
    expect([first.slot, second.slot]).toEqual([0, 1]);
    first.release();
    second.release();
    expect(slotOf(affinity, 'a', 3)).toBe(0);
  });

  it('is idle again after one release, however often it is called', () => {
    const affinity = createSlotAffinity();
    const first = ask(affinity, 'a', 2);
    first.release();
    const again = ask(affinity, 'a', 2);
    first.release();
    expect(again.slot).toBe(0);
    expect(slotOf(affinity, 'a', 2)).toBe(1);
  });

  it('for background calls is the last, and they do not make it worth keeping', () => {
    const affinity = createSlotAffinity();
    const background = { isBackground: true };
    expect(slotOf(affinity, 'a', 2)).toBe(0);
    for (const id of ['a', 'b', 'c']) expect(slotOf(affinity, id, 2, background)).toBe(1);
    expect(slotOf(affinity, 'd', 2)).toBe(1);
    expect(slotOf(affinity, 'a', 1, background)).toBe(0);
  });

  it('is another when the server has come back with fewer', () => {
    const affinity = createSlotAffinity();
    for (const id of ['a', 'b', 'c']) slotOf(affinity, id, 3);
    expect(slotOf(affinity, 'c', 2)).toBe(0);
    expect(slotOf(affinity, 'c', 2)).toBe(0);
  });

  it('is forgotten with the oldest of many conversations', () => {
    const affinity = createSlotAffinity();
    slotOf(affinity, 'old', 3);
    for (let index = 0; index < 1002; index++) slotOf(affinity, `b${index}`, 3);
    // Its slot was 0; a new one's turn is 1.
    expect(slotOf(affinity, 'old', 3)).toBe(1);
  });

  it('exists, and holds one main turn at a time as long as there are enough', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      isBackground: fc.boolean(),
      slots: fc.integer({ min: 1, max: 4 }),
      releases: fc.option(fc.nat(9), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const affinity = createSlotAffinity();
        const leases: ReturnType<SlotAffinity['slotFor']>[] = [];
        for (const { id, isBackground, slots, releases } of steps) {
          const busy = new Set(leases.map((lease) => lease.slot).filter((slot) => slot < slots));
          const lease = ask(affinity, id, slots, { isBackground });
          expect(lease.slot).toBeGreaterThanOrEqual(0);
          expect(lease.slot).toBeLessThan(slots);
          if (isBackground) expect(lease.slot).toBe(slots - 1);
          else if (busy.size < slots) expect(busy).not.toContain(lease.slot);
          leases.push(lease);
          if (releases !== undefined) leases.splice(releases % leases.length, 1)[0]?.release();
        }
      }),
    );
  });
});
