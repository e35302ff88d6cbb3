import { oncePerLasting } from '../memory/lasting.ts';
import type { ChatTool } from './types.ts';

const toToolJson = oncePerLasting((tool: ChatTool) => JSON.stringify(tool));

/** Returns what `JSON.stringify` does; the text of a tool that lasts is written once. */
export function toToolsJson(tools: readonly ChatTool[]): string {
  return `[${tools.map(toToolJson).join(',')}]`;
}

/** Returns what `JSON.stringify` does of a body for a chat server, in any dialect, whose `tools` are {@link ChatTool}s. */
export function toChatJson(body: object): string {
  let text = '';
  for (const [name, value] of Object.entries(body) as [string, unknown][]) {
    if (value === undefined) continue;
    const json =
      name === 'tools' && Array.isArray(value) ? toToolsJson(value as ChatTool[]) : JSON.stringify(value);
    text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${json}`;
  }
  return text === '' ? '{}' : `${text}}`;
}
