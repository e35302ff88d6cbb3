import type { Tool } from '@anthropic-ai/sdk/resources/messages/messages';

/** A tool that runs in this page and can do no harm. */
export interface DemoTool {
  readonly title: string;
  /** What the model is told. */
  readonly definition: Tool;
  /** Returns the result for the model; what it throws goes to the model as an error. */
  run(input: unknown): string;
}

/** Returns the field `name` of what a model gave as input, whatever that is. */
export function readField(input: unknown, name: string): unknown {
  return typeof input === 'object' && input !== null && name in input
    ? (input as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
