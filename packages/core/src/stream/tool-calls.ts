import type { ChatToolCallDelta } from '../chat/types.ts';

/** One tool call of an answer while it arrives. */
export interface ToolCall {
  /** Empty until the upstream names it. */
  id: string;
  name: string;
  /** All of the arguments' JSON text so far. */
  json: string;
}

export interface ToolCallTracker {
  /**
   * Returns the call that a delta belongs to, and the piece of JSON text that it adds; a new call is created on the way.
   *
   * @param position - of the delta among the `siblings` of its chunk
   */
  take(delta: ChatToolCallDelta, position: number, siblings: number): { call: ToolCall; json: string };
}

/**
 * Returns a tracker that tells which call a delta belongs to: by index, by id, else by position or as the
 * latest call. Servers leave out the index or the id, give every call index 0, send arguments as an object,
 * or send them whole a second time at the end.
 */
export function createToolCallTracker(): ToolCallTracker {
  const calls: ToolCall[] = [];
  const byIndex = new Map<number, ToolCall>();

  function find(delta: ChatToolCallDelta, position: number, siblings: number): ToolCall | undefined {
    const name = delta.function?.name;
    if (typeof delta.index === 'number') {
      const call = byIndex.get(delta.index);
      const isOther = call && delta.id && call.id && delta.id !== call.id && name;
      return isOther ? undefined : call;
    }
    if (delta.id) {
      const call = calls.find((candidate) => candidate.id === delta.id);
      if (call || name) return call;
    }
    if (name) return undefined;
    return siblings > 1 ? calls[position] : calls.at(-1);
  }

  return {
    take(delta, position, siblings) {
      let call = find(delta, position, siblings);
      if (call === undefined) {
        call = { id: '', name: '', json: '' };
        calls.push(call);
      }
      if (typeof delta.index === 'number') byIndex.set(delta.index, call);
      if (delta.id && call.id === '' && !calls.some((other) => other.id === delta.id)) call.id = delta.id;
      if (delta.function?.name && call.name === '') call.name = delta.function.name;
      const json = toJsonText(delta.function?.arguments);
      if (json === '' || isRepetition(call.json, json)) return { call, json: '' };
      call.json += json;
      return { call, json };
    },
  };
}

/** True if `json` is a whole JSON value. */
export function isCompleteJson(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

function toJsonText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Parsing is tried only where the shape allows it, so that ordinary deltas stay cheap. */
function isRepetition(before: string, delta: string): boolean {
  return delta.startsWith('{') && before.endsWith('}') && isCompleteJson(before) && isCompleteJson(delta);
}
