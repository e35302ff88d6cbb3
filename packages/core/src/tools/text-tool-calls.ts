import type { ChatTool } from '../chat/types.ts';
import { openings, type PrintedCall, readJsonCall, readTaggedCalls, type Reading } from './printed-call.ts';

export type TextCallPart = { type: 'text'; text: string } | ({ type: 'call' } & PrintedCall);

export interface TextCallRecovery {
  /** Takes the next piece of an answer's text and returns what is known of it now, in order. */
  push(text: string): TextCallPart[];
  /** Returns what was held back, as text unless it became a call. */
  end(): TextCallPart[];
}

/**
 * Returns a reader that finds tool calls which a small model printed as text: `<tool_call>{…}</tool_call>`,
 * `<function=name>…</function>`, `<invoke name="…">…</invoke>`, or one JSON object that is the whole answer.
 *
 * A call is taken only if its tool is declared and its arguments fit the tool's schema, and never inside of code. All
 * other text leaves unchanged, and as it arrives but for what may still become a call. White space around a call goes.
 *
 * To be switched on per model: an answer that explains such calls outside of code would run one.
 */
export function createTextCallRecovery(tools: readonly ChatTool[]): TextCallRecovery {
  let parts: TextCallPart[] = [];
  let pending = '';
  let space = '';
  let line = '';
  let fence: string | undefined;
  let hasBegun = false;
  let endsInCall = false;
  let isHolding = false;

  function release(text: string): void {
    if (text === '') return;
    line = (line + text).slice((line + text).lastIndexOf('\n') + 1);
    const whole = endsInCall ? (space + text).trimStart() : space + text;
    const visible = whole.trimEnd();
    space = whole.slice(visible.length);
    releaseVisible(visible);
  }

  function releaseVisible(text: string): void {
    const last = parts.at(-1);
    if (text === '') return;
    endsInCall = false;
    if (last?.type === 'text') last.text += text;
    else parts.push({ type: 'text', text });
  }

  function takeCalls(reading: Exclude<Reading, string>): void {
    parts.push(...reading.calls.map((call) => ({ type: 'call' as const, ...call })));
    space = line = '';
    endsInCall = true;
    pending = pending.slice(reading.length).trimStart();
  }

  /** Returns false if more text is needed. */
  function begin(isWhole: boolean): boolean {
    const text = pending.trimStart();
    if (text === '' && !isWhole) return false;
    const reading = text.startsWith('{') ? readJsonCall(text, tools) : 'no';
    if (reading === 'more' && !isWhole) return false;
    if (typeof reading === 'object' && text.slice(reading.length).trim() === '') {
      if (!isWhole) return false;
      pending = text;
      takeCalls(reading);
    }
    hasBegun = true;
    return true;
  }

  /** A fence that begins a line ends with a line of its own, another one anywhere; code fences hold no calls. */
  function takeFence(run: string): void {
    const isAtLineStart = line.trim() === '';
    if (fence === undefined) {
      if (isAtLineStart || run.startsWith('`')) fence = (isAtLineStart ? '\n' : '') + run;
    } else if (run.startsWith(fence.trim()) && (isAtLineStart || !fence.startsWith('\n'))) fence = undefined;
    release(run);
  }

  function read(isWhole: boolean): void {
    isHolding = false;
    if (!hasBegun && !begin(isWhole)) {
      isHolding = true;
      return;
    }
    for (;;) {
      const found = /`{3,}|~{3,}|<(?:tool_call>|function_calls>|function=|invoke name=)/.exec(pending);
      if (!found) {
        const end = isWhole ? pending.length : certainLength(pending);
        release(pending.slice(0, end));
        pending = pending.slice(end);
        return;
      }
      release(pending.slice(0, found.index));
      pending = pending.slice(found.index);
      const [token] = found;
      if (!token.startsWith('<')) {
        if (token.length === pending.length && !isWhole) return;
        pending = pending.slice(token.length);
        takeFence(token);
        continue;
      }
      const isCode = fence !== undefined || line.endsWith('`');
      const reading = isCode ? 'no' : readTaggedCalls(pending, tools, isWhole);
      if (reading === 'more' && !isWhole) {
        isHolding = true;
        return;
      }
      if (typeof reading === 'object') takeCalls(reading);
      else {
        release('<');
        pending = pending.slice(1);
      }
    }
  }

  function flush(): TextCallPart[] {
    const flushed = parts;
    parts = [];
    return flushed;
  }

  return {
    push(text) {
      pending += text;
      // Long arguments are not read again for every token.
      if (!isHolding || pending.length < 200 || /[}>]/.test(text)) read(false);
      return flush();
    },
    end() {
      read(true);
      if (!endsInCall) releaseVisible(space);
      space = '';
      return flush();
    },
  };
}

/**
 * True if an answer holds what {@link createTextCallRecovery} would take for a call: worth a hint in the log that
 * the chat template is a wrong one, `--jinja` is missing, or the model is too small.
 */
export function looksLikeTextCall(text: string, tools: readonly ChatTool[]): boolean {
  const recovery = createTextCallRecovery(tools);
  return [...recovery.push(text), ...recovery.end()].some((part) => part.type === 'call');
}

/** Returns how much of a text cannot be the beginning of a call or of a fence that goes on in the next piece. */
function certainLength(text: string): number {
  const run = /(?:`+|~+)$/.exec(text);
  if (run) return run.index;
  const tag = text.lastIndexOf('<');
  return tag >= 0 && openings.some((opening) => opening.startsWith(text.slice(tag))) ? tag : text.length;
}
