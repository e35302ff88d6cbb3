import type { ToolResult, ToolUseBlock } from '../conversation.ts';
import { demoTools } from './demo-tools.ts';

/** Returns what the tool says, or why it cannot; never throws. */
export function runTool({ id, name, input }: ToolUseBlock): ToolResult {
  const tool = demoTools.get(name);
  if (!tool) {
    const known = [...demoTools.keys()].join(', ');
    return { id, text: `There is no tool ${name}. There are: ${known}.`, isError: true };
  }
  try {
    return { id, text: tool.run(input), isError: false };
  } catch (error) {
    return { id, text: error instanceof Error ? error.message : String(error), isError: true };
  }
}
