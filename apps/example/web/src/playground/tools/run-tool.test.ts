import { describe, expect, test } from 'vitest';
import { runTool } from './run-tool.ts';

const call = (name: string, input: unknown) => runTool({ type: 'tool_use', id: 'call_1', name, input });

describe('runTool', () => {
  test('a sum of decimals is what people expect', () => {
    expect(call('calculator', { expression: '0.1 + 0.2' })).toEqual({
      id: 'call_1',
      text: '0.3',
      isError: false,
    });
  });

  test('the clock knows time zones', () => {
    expect(call('clock', { time_zone: 'Asia/Tokyo' }).text).toMatch(/^\w+day, .* \(Asia\/Tokyo\)$/);
    expect(call('clock', {}).isError).toBe(false);
  });

  test('dice add up', () => {
    const { text } = call('roll_dice', { count: 5, sides: 4 });
    const [, rolls = '', sum] = /^([\d, ]+) \(sum (\d+)\)$/.exec(text) ?? [];
    const values = rolls.split(', ').map(Number);
    expect(values).toHaveLength(5);
    expect(values.every((value) => value >= 1 && value <= 4)).toBe(true);
    expect(values.reduce((total, value) => total + value, 0)).toBe(Number(sum));
  });

  test.each([
    ['calculator', { expression: 7 }, 'expression must be a text'],
    ['calculator', undefined, 'expression must be a text'],
    ['clock', { time_zone: 'Moon/Base' }, 'no time zone Moon/Base'],
    ['roll_dice', { count: 1.5 }, 'count must be a whole number from 1 to 100'],
    ['roll_dice', { sides: 'six' }, 'sides must be a whole number'],
    ['rm', { path: '/' }, 'There is no tool rm. There are: calculator, clock, roll_dice.'],
  ])('%s with %j tells the model what is wrong', (name, input, text) => {
    const result = call(name, input);
    expect(result.isError).toBe(true);
    expect(result.text).toContain(text);
  });
});
