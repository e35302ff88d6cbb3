import { calculate } from './calculate.ts';
import { readField, type DemoTool } from './demo-tool.ts';

export const calculator: DemoTool = {
  title: 'Calculator',
  definition: {
    name: 'calculator',
    description: 'Calculates an arithmetic expression exactly. Use it for any arithmetic.',
    input_schema: {
      type: 'object',
      properties: {
        expression: {
          type: 'string',
          description: 'For example (2 + 3) * 4 ^ 2 / sqrt(2). Operators: + - * / % ^',
        },
      },
      required: ['expression'],
    },
  },
  run(input) {
    const expression = readField(input, 'expression');
    if (typeof expression !== 'string') throw new Error('expression must be a text such as "2 + 3".');
    // 0.1 + 0.2 is 0.3 to anybody who asks.
    return String(Number(calculate(expression).toPrecision(15)));
  },
};
