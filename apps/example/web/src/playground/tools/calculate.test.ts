import { describe, expect, test } from 'vitest';
import { calculate } from './calculate.ts';

describe('calculate', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 - 3 - 4', -5],
    ['24 / 4 / 2', 3],
    ['17 % 5', 2],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['2 ** 3', 8],
    ['6 × 7 ÷ 2 − 1', 20],
    ['--1', 1],
    ['.5 + 1e3', 1000.5],
    ['sqrt(16) + abs(-2)', 6],
    ['SQRT(pi ^ 2)', Math.PI],
    ['log(1000)', Math.log10(1000)],
  ])('%s', (expression, value) => {
    expect(calculate(expression)).toBe(value);
  });

  test.each([
    ['', 'ends too early'],
    ['1 +', 'ends too early'],
    ['(1 + 2', 'closing parenthesis'],
    ['1 2', '2 was not expected'],
    ['1)', ') was not expected'],
    ['1 / 0', 'Division by zero'],
    ['sqrt(-1)', 'no finite number'],
    ['sqrt 2', 'needs parentheses'],
    ['alert(1)', 'nothing called alert'],
    ['constructor', 'nothing called constructor'],
    ['__proto__', 'not understood'],
    ['"a"', 'not understood'],
    ['1..2', 'not expected'],
    ['('.repeat(501), 'longer than 500'],
  ])('%s is refused', (expression, reason) => {
    expect(() => calculate(expression)).toThrow(reason);
  });
});
