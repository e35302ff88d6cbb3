type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns what is worth reading in a block that no model can be given as it is: calls of Anthropic's server tools
 * and their results, MCP calls, compaction summaries, blocks of later versions. A conversation begun on
 * Anthropic's API goes on here with what was found there; a block with nothing to read gives `''`.
 */
export function toReadableText(block: Fields): string {
  const type = String(block['type']);
  switch (type) {
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return `[Called ${String(block['name'])} with ${JSON.stringify(block['input'] ?? {})}]`;
    case 'compaction':
      return contentText(block['content']);
    case 'tool_addition':
      return `[Tool ${changedTool(block)} was added]`;
    case 'tool_removal':
      return `[Tool ${changedTool(block)} was removed]`;
    case 'browser_state':
      return JSON.stringify(withoutNoise(block));
    default:
      if (type.endsWith('_tool_result') || type === 'tool_result') return resultText(type, block);
      return typeof block['text'] === 'string' ? block['text'] : contentText(block['content']);
  }
}

function changedTool(block: Fields): string {
  const tool = block['tool'] as Fields | null | undefined;
  return String(tool?.['name'] ?? block['tool_name'] ?? block['name'] ?? '');
}

function resultText(type: string, block: Fields): string {
  const text = contentText(block['content']);
  return text === '' ? '' : `[Result of ${type.replace(/_?tool_result$/, '') || 'tool call'}]\n${text}`;
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(contentText).filter(Boolean).join('\n');
  if (typeof content !== 'object' || content === null) return '';
  const fields = content as Fields;
  if (typeof fields['text'] === 'string') return fields['text'];
  if (typeof fields['thinking'] === 'string' || fields['type'] === 'redacted_thinking') return '';
  return JSON.stringify(withoutNoise(fields));
}

/** Drops what only Anthropic can read: encrypted content, files in base64, cache marks. */
function withoutNoise(fields: Fields): Fields {
  return JSON.parse(
    JSON.stringify(fields, (key, value: unknown) =>
      key.startsWith('encrypted_') || key === 'cache_control' || key === 'citations' || isBase64Source(value)
        ? undefined
        : value,
    ),
  ) as Fields;
}

function isBase64Source(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as Fields)['type'] === 'base64';
}
