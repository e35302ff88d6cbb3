import { describe, expect, it } from 'vitest';
import { createRevealMemory } from './reveal-order.ts';

describe('the order of reveal', () => {
  it('is the order in which a conversation first saw its tools', () => {
    const memory = createRevealMemory();
    expect(memory.order('a', ['web', 'git'])).toEqual(['web', 'git']);
    expect(memory.order('a', ['ask', 'git', 'web'])).toEqual(['web', 'git', 'ask']);
    expect(memory.order('b', ['git', 'web'])).toEqual(['git', 'web']);
  });

  it('outlives a compaction that drops the references', () => {
    const memory = createRevealMemory();
    memory.order('a', ['web', 'git']);
    expect(memory.order('a', [])).toEqual(['web', 'git']);
    expect(memory.order('a', ['mail', 'git', 'mail'])).toEqual(['web', 'git', 'mail']);
  });

  it('is kept for the conversations used last, and for so many names', () => {
    const memory = createRevealMemory({ maxConversations: 2, maxNames: 2 });
    memory.order('a', ['web']);
    memory.order('b', ['web']);
    memory.order('a', []);
    memory.order('c', ['x', 'y', 'z']);
    expect(memory.order('a', [])).toEqual(['web']);
    expect(memory.order('c', ['z', 'x'])).toEqual(['x', 'y', 'z']);
    expect(memory.order('b', [])).toEqual([]);
    expect(memory.order('c', [])).toEqual(['x', 'y']);
  });
});
