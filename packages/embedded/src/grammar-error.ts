/** llama.cpp's MAX_REPETITION_THRESHOLD. */
const mostRepetitions = 2000;

/**
 * Returns why llama.cpp would refuse a grammar, or undefined if it takes it.
 *
 * A JSON Schema can turn into a grammar that llama.cpp's own parser refuses: `maxLength: 5000` repeats too often,
 * `pattern: "^\\d+$"` keeps an escape that GBNF does not know. llama-server answers 400 then; this engine aborts
 * the whole process in parallel mode and is unusable afterwards in single mode, so the same checks run here first.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/src/llama-grammar.cpp
 */
export function grammarError(grammar: string): string | undefined {
  try {
    parseGrammar(grammar);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function parseGrammar(source: string): void {
  let pos = 0;
  let synthesized = 0;
  const names = new Set<string>();
  const defined = new Set<string>();
  const symbols = (): number => names.size + synthesized;

  const at = (): string => source.charAt(pos);
  const fail = (message: string): never => {
    throw new Error(`${message} at ${JSON.stringify(source.slice(pos, pos + 40))}`);
  };

  function skipSpace(newlines: boolean): void {
    while (pos < source.length) {
      const char = at();
      if (char === '#') while (pos < source.length && at() !== '\r' && at() !== '\n') pos += 1;
      else if (char === ' ' || char === '\t' || (newlines && (char === '\r' || char === '\n'))) pos += 1;
      else return;
    }
  }

  function take(pattern: RegExp, expected: string): string {
    pattern.lastIndex = pos;
    const match = pattern.exec(source)?.[0] ?? fail(`expecting ${expected}`);
    pos += match.length;
    return match;
  }

  function character(): void {
    if (pos >= source.length) fail('unexpected end of grammar');
    if (at() === '\\')
      take(/\\(?:[trn\\"[\]]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y, 'a known escape');
    else pos += (source.codePointAt(pos) ?? 0) > 0xffff ? 2 : 1;
  }

  function bracketed(close: string): void {
    while (at() !== close) character();
    pos += 1;
  }

  function alternates(nested: boolean): void {
    sequence(nested);
    while (at() === '|') {
      pos += 1;
      skipSpace(true);
      sequence(nested);
    }
  }

  function sequence(nested: boolean): void {
    let rulesBefore = 1;
    let hasItem = false;

    function repeat(min: number, max: number | undefined): void {
      if (!hasItem) fail('expecting an item before a repetition');
      if (min > mostRepetitions || (max ?? 0) > mostRepetitions) fail('too many repetitions');
      const total = max !== undefined && max > 0 ? max : Math.max(min, 1);
      if (rulesBefore * total >= mostRepetitions) fail('too many repetitions of a complex rule');
      rulesBefore *= total;
      synthesized += max === undefined ? 1 : Math.max(0, max - min);
    }

    while (pos < source.length) {
      const char = at();
      if (char === '*' || char === '+' || char === '?') {
        pos += 1;
        skipSpace(nested);
        repeat(char === '+' ? 1 : 0, char === '?' ? 1 : undefined);
        continue;
      }
      if (char === '{') {
        const [, min, range, max] =
          /^\{\s*(\d+)\s*(?:(,)\s*(\d+)?\s*)?\}/.exec(take(/\{[^}]*\}/y, 'a repetition')) ??
          fail('expecting a number');
        skipSpace(nested);
        repeat(Number(min), range === undefined ? Number(min) : max === undefined ? undefined : Number(max));
        continue;
      }
      rulesBefore = 1;
      hasItem = true;
      if (char === '"') {
        pos += 1;
        bracketed('"');
      } else if (char === '[') {
        pos += source.charAt(pos + 1) === '^' ? 2 : 1;
        bracketed(']');
      } else if (char === '<' || char === '!') {
        take(/!?<[^>]*>/y, 'a token');
      } else if (/[a-zA-Z0-9-]/.test(char)) {
        names.add(take(/[a-zA-Z0-9-]+/y, 'a name'));
      } else if (char === '(') {
        pos += 1;
        skipSpace(true);
        const before = symbols();
        synthesized += 1;
        alternates(true);
        if (at() !== ')') fail("expecting ')'");
        pos += 1;
        rulesBefore = Math.max(1, symbols() - before);
      } else if (char === '.') {
        pos += 1;
      } else {
        return;
      }
      skipSpace(nested);
    }
  }

  skipSpace(true);
  while (pos < source.length) {
    const name = take(/[a-zA-Z0-9-]+/y, 'a rule name');
    names.add(name);
    defined.add(name);
    skipSpace(false);
    take(/::=/y, '::=');
    skipSpace(true);
    alternates(false);
    if (pos < source.length) take(/\r\n?|\n/y, 'a new line');
    skipSpace(true);
  }
  for (const name of names) if (!defined.has(name)) fail(`undefined rule ${name}`);
}
