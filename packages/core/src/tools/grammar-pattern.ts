/** Most repetitions that every llama.cpp takes: `MAX_REPETITION_THRESHOLD` is 2000, and older ones stop short of it. */
export const mostRepetitions = 1999;

/** Ranges of code points that the shorthand classes stand for. */
const shorthands: Readonly<Record<string, string>> = { d: '0-9', w: 'A-Za-z0-9_', s: ' ' };

/**
 * Returns a regular expression of the same meaning that llama.cpp turns into a grammar, or undefined if there is none:
 * an unanchored pattern, lookaround, `\b`, a back reference, a class that lets a quote or a backslash through.
 *
 * llama.cpp keeps what it does not know as it is, so `\d` and `(?:` end in "failed to parse grammar" (newer builds
 * take any string instead). It also matches the raw JSON text, where `.` and `[^x]` swallow the closing quote.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/common/json-schema-to-grammar.cpp (`_visit_pattern`)
 */
export function toGrammarPattern(pattern: string): string | undefined {
  if (pattern.length < 3 || !pattern.startsWith('^') || !pattern.endsWith('$')) return undefined;
  const source = pattern.slice(1, -1);
  try {
    void new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
  let written = '';
  let repeatable = false;
  for (let at = 0; at < source.length;) {
    const token = tokens.exec(source.slice(at))?.[0];
    if (token === undefined) return undefined;
    const piece = toPiece(token, repeatable);
    if (piece === undefined) return undefined;
    written += piece;
    repeatable = !/^(?:[|(*+?{]|\(\?:)/.test(token);
    at += token.length;
  }
  return `^${written}$`;
}

const tokens = /^(?:\(\?:|\{\d+(?:,\d*)?\}|\[(?:\\.|[^\\\]])+\]|\\.|[()|*+?]|[^\\"^$.[\]{}])/su;

function toPiece(token: string, repeatable: boolean): string | undefined {
  if (token === '(?:') return '(';
  if (/^[*+?{]/.test(token)) return repeatable && isSmall(token) ? token : undefined;
  if (token.startsWith('[')) return toClass(token.slice(1, -1));
  if (token < ' ') return undefined;
  // The converter takes literals apart by the byte, a class by the character.
  if (token > '\x7f') return `[${token}]`;
  if (!token.startsWith('\\')) return token;
  const escaped = token.slice(1);
  const shorthand = shorthands[escaped];
  if (shorthand !== undefined) return `[${shorthand}]`;
  if (/[\^$.[\](){}|*+?]/.test(escaped)) return token;
  return /[-/]/.test(escaped) ? escaped : undefined;
}

function isSmall(quantifier: string): boolean {
  const [least, most] = quantifier.slice(1, -1).split(',').map(Number);
  return Math.max(least ?? 0, most ?? 0) <= mostRepetitions;
}

/** Brackets are the only characters that a class of a grammar must escape, and a hyphen is itself at the end only. */
function toClass(items: string): string | undefined {
  if (items.startsWith('^')) return undefined;
  let written = '';
  let hyphen = '';
  const parts = items.matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gsu);
  for (const [, from = '', to] of parts) {
    const shorthand = shorthands[from.slice(1)];
    if (from.startsWith('\\') && shorthand !== undefined) {
      if (to !== undefined) return undefined;
      written += shorthand;
      continue;
    }
    const first = toClassCharacter(from);
    const last = toClassCharacter(to ?? from);
    if (first === undefined || last === undefined || isUnsafe(first, last)) return undefined;
    if (to !== undefined) {
      if (first === '-' || last === '-') return undefined;
      written += `${first}-${last}`;
    } else if (first === '-') hyphen = '-';
    else written += first;
  }
  if (written.startsWith('^')) return undefined;
  return `[${written}${hyphen}]`;
}

function toClassCharacter(text: string): string | undefined {
  if (text === '[') return '\\[';
  if (!text.startsWith('\\')) return text;
  const escaped = text.slice(1);
  if (/[[\]]/.test(escaped)) return text;
  return /[\^$.(){}|*+?/-]/.test(escaped) ? escaped : undefined;
}

function isUnsafe(first: string, last: string): boolean {
  const [from, to] = [first, last].map((text) => text.replace(/^\\(?=.)/s, '').codePointAt(0) ?? 0) as [
    number,
    number,
  ];
  return from < 0x20 || [0x22, 0x5c].some((point) => from <= point && point <= to);
}
