import { readField, type DemoTool } from './demo-tool.ts';

export const dice: DemoTool = {
  title: 'Dice',
  definition: {
    name: 'roll_dice',
    description: 'Rolls dice and tells each of them and their sum.',
    input_schema: {
      type: 'object',
      properties: {
        count: { type: 'integer', minimum: 1, maximum: 100, description: 'How many; 1 if left out' },
        sides: { type: 'integer', minimum: 2, maximum: 1000, description: 'Sides of each; 6 if left out' },
      },
    },
  },
  run(input) {
    const count = readInteger(input, 'count', 1, 1, 100);
    const sides = readInteger(input, 'sides', 6, 2, 1000);
    const rolls = Array.from(crypto.getRandomValues(new Uint32Array(count)), (value) => (value % sides) + 1);
    return `${rolls.join(', ')} (sum ${rolls.reduce((sum, roll) => sum + roll, 0)})`;
  },
};

function readInteger(input: unknown, name: string, fallback: number, least: number, most: number): number {
  const value = readField(input, name) ?? fallback;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${name} must be a whole number from ${least} to ${most}.`);
}
