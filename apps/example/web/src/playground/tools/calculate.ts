const functions = new Map<string, (value: number) => number>(
  Object.entries({
    abs: Math.abs,
    ceil: Math.ceil,
    cos: Math.cos,
    exp: Math.exp,
    floor: Math.floor,
    ln: Math.log,
    log: Math.log10,
    round: Math.round,
    sin: Math.sin,
    sqrt: Math.sqrt,
    tan: Math.tan,
  }),
);

const constants = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
]);

/**
 * Returns the value of an arithmetic expression: `+ - * / % ^`, parentheses, functions such as `sqrt(2)`, `pi`, `e`.
 * Nothing is evaluated as JavaScript.
 * @throws Error that names what is wrong, in words that a model can act upon
 */
export function calculate(expression: string): number {
  const tokens = tokenize(expression);
  let position = 0;

  const take = (...wanted: readonly string[]): string | undefined => {
    const token = tokens[position];
    if (token === undefined || !wanted.includes(token)) return undefined;
    position += 1;
    return token;
  };

  const expectClosing = (): void => {
    if (take(')') === undefined) throw new Error('A closing parenthesis is missing.');
  };

  function sum(): number {
    let value = product();
    for (let sign = take('+', '-'); sign !== undefined; sign = take('+', '-')) {
      const right = product();
      value = sign === '+' ? value + right : value - right;
    }
    return value;
  }

  function product(): number {
    let value = signed();
    for (let sign = take('*', '/', '%'); sign !== undefined; sign = take('*', '/', '%')) {
      const right = signed();
      if (sign === '*') value *= right;
      else if (right === 0) throw new Error('Division by zero.');
      else value = sign === '/' ? value / right : value % right;
    }
    return value;
  }

  /** Below the power: -2^2 is -4. */
  function signed(): number {
    const sign = take('+', '-');
    if (sign === undefined) return power();
    return sign === '-' ? -signed() : signed();
  }

  function power(): number {
    const base = operand();
    return take('^') === undefined ? base : base ** signed();
  }

  function operand(): number {
    if (take('(') !== undefined) {
      const value = sum();
      expectClosing();
      return value;
    }
    const token = tokens[position];
    if (token === undefined) throw new Error('The expression ends too early.');
    position += 1;
    if (/^[\d.]/.test(token)) return Number(token);
    const name = token.toLowerCase();
    const constant = constants.get(name);
    if (constant !== undefined) return constant;
    const apply = functions.get(name);
    if (apply === undefined) throw new Error(`There is nothing called ${token} here.`);
    if (take('(') === undefined) throw new Error(`${name} needs parentheses: ${name}(2).`);
    const value = apply(sum());
    expectClosing();
    return value;
  }

  const value = sum();
  const rest = tokens[position];
  if (rest !== undefined) throw new Error(`${rest} was not expected there.`);
  if (!Number.isFinite(value)) throw new Error('The result is no finite number.');
  return value;
}

function tokenize(expression: string): readonly string[] {
  // Deep nesting would only exhaust the stack.
  if (expression.length > 500) throw new Error('The expression is longer than 500 characters.');
  const plain = expression
    .replaceAll('×', '*')
    .replaceAll('÷', '/')
    .replaceAll('−', '-')
    .replaceAll('**', '^');
  const tokens = plain.match(/(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[a-z]+|\S/gi) ?? [];
  const odd = tokens.find(
    (token) => !/^(?:[\d.]+(?:e[+-]?\d+)?|[a-z]+|[-+*/%^()])$/i.test(token) || token === '.',
  );
  if (odd !== undefined)
    throw new Error(`${odd} is not understood. Write plain arithmetic, like (2 + 3) * 4.`);
  return tokens;
}
