import { calculator } from './calculator.ts';
import { clock } from './clock.ts';
import type { DemoTool } from './demo-tool.ts';
import { dice } from './dice.ts';

/** All of them, by the name that the model calls. */
export const demoTools: ReadonlyMap<string, DemoTool> = new Map(
  [calculator, clock, dice].map((tool) => [tool.definition.name, tool]),
);
