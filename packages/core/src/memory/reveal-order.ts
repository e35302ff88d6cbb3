export interface RevealMemoryOptions {
  /** The least recently used ones are forgotten. @defaultValue 1000 */
  readonly maxConversations?: number;
  /** Of one conversation; later ones are still ordered, but not remembered. @defaultValue 1000 */
  readonly maxNames?: number;
}

/** Which tools each conversation has seen, in the order in which it first saw them. */
export interface RevealMemory {
  /**
   * Returns all names the conversation has seen, the new ones of `names` at the end. A name it has seen stays,
   * though the client names it no more; whoever asks leaves out the tools that are not offered any longer.
   *
   * @param conversationId - with the owner in it: conversations of two API keys may share an id
   */
  order(conversationId: string, names: readonly string[]): string[];
}

/**
 * Returns a memory of the tools that conversations have seen. The order of reveal is in the history itself, as
 * `tool_reference` blocks, until the client compacts it: the tools would then disappear in front of everything the upstream
 * has cached, or come back in another order.
 */
export function createRevealMemory(options: RevealMemoryOptions = {}): RevealMemory {
  const { maxConversations = 1000, maxNames = 1000 } = options;
  /** Least recently used first. */
  const conversations = new Map<string, Set<string>>();

  return {
    order(conversationId, names) {
      const seen = conversations.get(conversationId) ?? new Set<string>();
      const ordered = [...new Set([...seen, ...names])];
      for (const name of names) if (seen.size < maxNames) seen.add(name);
      conversations.delete(conversationId);
      if (seen.size > 0) conversations.set(conversationId, seen);
      for (const oldest of conversations.keys()) {
        if (conversations.size <= maxConversations) break;
        conversations.delete(oldest);
      }
      return ordered;
    },
  };
}
