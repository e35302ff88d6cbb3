import type { ToolParam } from '../messages/types.ts';
import { isSameJson } from '../same-json.ts';
import { isLasting, makeLasting, oncePerLasting } from './lasting.ts';

export interface ToolMemoryOptions {
  /** Characters of tools, as JSON, that are kept; the least recently used ones are forgotten. @defaultValue 4 Mi */
  readonly maxCharacters?: number;
}

/** The tools that came lately. */
export interface ToolMemory {
  /**
   * Returns the request with every tool that came before, the same to the letter, replaced by one object that lasts, and so is the
   * list of them: what is made of it (see {@link oncePerLasting}) need not be made again. Changes nothing it is given.
   */
  recall<Request extends { readonly tools?: ToolParam[] | null }>(request: Request): Request;
}

interface Entry {
  readonly tool: ToolParam;
  readonly characters: number;
}

/**
 * Returns a memory of tools. Clients send the same ones with every request, and they are more than half of what a coding agent
 * says first: to compare them costs a tenth of converting them, simplifying their schemas and writing them as JSON.
 */
export function createToolMemory(options: ToolMemoryOptions = {}): ToolMemory {
  const { maxCharacters = 4 * 1024 * 1024 } = options;
  /** Least recently used first. */
  const entries = new Map<string, Entry>();
  let characters = 0;

  function forget(key: string): void {
    characters -= entries.get(key)?.characters ?? 0;
    entries.delete(key);
  }

  function recallTool(tool: ToolParam): ToolParam {
    const key = keyOf(tool);
    const known = entries.get(key);
    if (known && isSameJson(known.tool, tool)) {
      entries.delete(key);
      entries.set(key, known);
      return known.tool;
    }
    const json = JSON.stringify(tool);
    forget(key);
    if (json.length > maxCharacters) return tool;
    // A copy: the request is its host's, who may do with it what he likes.
    const entry = { tool: makeLasting(JSON.parse(json) as ToolParam), characters: json.length };
    entries.set(key, entry);
    characters += entry.characters;
    for (const oldest of entries.keys()) {
      if (characters <= maxCharacters) break;
      forget(oldest);
    }
    return entry.tool;
  }

  /** The last list that begins with a tool: a client's conversations have the same one. */
  const lists = new WeakMap<ToolParam, ToolParam[]>();

  function recallList(tools: readonly ToolParam[]): ToolParam[] {
    const recalled = tools.map(recallTool);
    const [first] = recalled;
    if (first === undefined) return recalled;
    const known = lists.get(first);
    if (known?.length === recalled.length && known.every((tool, index) => tool === recalled[index]))
      return known;
    // A tool that is too large to be kept is still its host's.
    if (recalled.every(isLasting)) lists.set(first, makeLasting(recalled));
    return recalled;
  }

  /** A list that lasts is a conversation's, which holds what it was recalled as. */
  const recallTools = oncePerLasting(recallList);

  return {
    recall: (request) => (request.tools ? { ...request, tools: recallTools(request.tools) } : request),
  };
}

/** Agents of different kinds have tools of one name, described in different words. */
function keyOf(tool: ToolParam): string {
  const { name, description } = tool as { name?: unknown; description?: unknown };
  return `${typeof description === 'string' ? description.length : 0} ${String(name)}`;
}
