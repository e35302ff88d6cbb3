import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryThreadStore } from './thread-store.ts';

const hour = 3_600_000;
/** One entry of a one-letter key is this much and its characters. */
const overhead = 256 + 1;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('createMemoryThreadStore', () => {
  it('forgets a value when its time is over, not before', () => {
    const store = createMemoryThreadStore();
    store.set('a', 'value', 1000);
    vi.advanceTimersByTime(999);
    expect(store.get('a')).toBe('value');
    vi.advanceTimersByTime(1);
    expect(store.get('a')).toBeUndefined();
  });

  it('gives a value that is set again its whole time', () => {
    const store = createMemoryThreadStore();
    store.set('a', 'old', 1000);
    vi.advanceTimersByTime(999);
    store.set('a', 'new', 1000);
    vi.advanceTimersByTime(999);
    expect(store.get('a')).toBe('new');
  });

  it('drops what was not used for the longest time when the bytes run out', () => {
    const store = createMemoryThreadStore({ maxBytes: 3 * (overhead + 100) });
    for (const key of ['a', 'b', 'c']) store.set(key, 'x'.repeat(100), hour);
    store.get('a');
    store.set('d', 'x'.repeat(100), hour);
    expect(['a', 'b', 'c', 'd'].filter((key) => store.get(key) !== undefined)).toEqual(['a', 'c', 'd']);
  });

  it('counts text beyond Latin-1 twice, as it is held', () => {
    const store = createMemoryThreadStore({ maxBytes: overhead + 100 });
    store.set('a', 'é'.repeat(100), hour);
    expect(store.get('a')).toBeDefined();
    store.set('a', '日'.repeat(51), hour);
    expect(store.get('a')).toBeUndefined();
    store.set('a', '日'.repeat(50), hour);
    expect(store.get('a')).toBeDefined();
  });

  it('does not keep a value that is larger than everything, nor what it would have replaced; others stay', () => {
    const store = createMemoryThreadStore({ maxBytes: 2000 });
    store.set('a', 'small', hour);
    store.set('b', 'small', hour);
    store.set('a', 'x'.repeat(2000), hour);
    expect(store.get('a')).toBeUndefined();
    expect(store.get('b')).toBe('small');
  });

  it('gives the bytes of replaced, expired and dropped values back', () => {
    const store = createMemoryThreadStore({ maxBytes: 2 * (overhead + 100) });
    for (let turn = 0; turn < 50; turn += 1) {
      store.set('a', 'x'.repeat(100), hour);
      store.set('b', 'x'.repeat(100), turn % 2 === 0 ? hour : 1);
      vi.advanceTimersByTime(1);
      expect(store.get('a')).toBeDefined();
      expect(store.get('b') === undefined).toBe(turn % 2 === 1);
    }
  });

  it('holds small values in bounds too', () => {
    const store = createMemoryThreadStore({ maxBytes: 10_000 });
    for (let index = 0; index < 1000; index += 1) store.set(`key-${index}`, '', hour);
    const held = Array.from({ length: 1000 }, (_, index) => store.get(`key-${index}`)).filter(
      (value) => value !== undefined,
    );
    expect(held.length).toBeLessThanOrEqual(39);
    expect(held.length).toBeGreaterThan(30);
  });
});
