import type { ChatRequest, ChatTool } from '../chat/types.ts';
import { MessagesError } from '../errors.ts';
import { oncePerLasting } from '../memory/lasting.ts';
import type {
  ContentBlockParam,
  CountTokensRequest,
  CustomTool,
  ToolParam,
  TypedTool,
} from '../messages/types.ts';
import { toClientTool } from './client-tools.ts';
import { isKnownBlock } from './content.ts';
import type { ConvertOptions } from './options.ts';

/** Which tools the model is offered, and what was said about their use. */
export interface ChatTools {
  /** In the order of the request, then the deferred ones in the order in which they were revealed. */
  readonly tools: readonly ChatTool[];
  /** Absent without tools: llama-server reads the choice even then. */
  readonly choice?: NonNullable<ChatRequest['tool_choice']>;
  /** Names of tools that Anthropic would run and that nothing here can. */
  readonly leftOut: readonly string[];
}

/**
 * Returns the tools of a request as functions. Stable from one turn to the next: a deferred tool that was found
 * goes to the end, wherever the client puts it, since a tool in the middle changes the prompt from there on.
 *
 * A named tool becomes the only one, with `required`: llama-server takes the object form of `tool_choice` for `auto`.
 *
 * @throws MessagesError `invalid_request_error` for a name that is used twice, or chosen and not there.
 */
export function toChatTools(
  request: CountTokensRequest,
  options: Pick<ConvertOptions, 'orderRevealed'> = {},
): ChatTools {
  const sorted = sortTools(request.tools ?? []);
  const { visible, deferred, leftOut, hasToolSearch } = sorted;
  // Nothing here can search, so everything that could be found is on the table.
  const found = hasToolSearch ? [...deferred.keys()] : revealedNames(request);
  const names = options.orderRevealed?.(found) ?? found;
  const revealed = names.map((name) => deferred.get(name)).filter((tool) => tool !== undefined);
  const tools = revealed.length === 0 ? toVisibleTools(sorted) : [...visible.values(), ...revealed];
  const choice = request.tool_choice;

  if (choice?.type === 'tool') {
    const named = visible.get(choice.name) ?? deferred.get(choice.name);
    if (named) return { tools: [named], choice: 'required', leftOut };
    if (!leftOut.includes(choice.name)) {
      throw new MessagesError(
        'invalid_request_error',
        `tool_choice: Tool '${choice.name}' not found in provided tools`,
      );
    }
  }
  if (tools.length === 0) return { tools, leftOut };
  return {
    tools,
    choice: choice?.type === 'any' ? 'required' : choice?.type === 'none' ? 'none' : 'auto',
    leftOut,
  };
}

interface SortedTools {
  visible: Map<string, ChatTool>;
  deferred: Map<string, ChatTool>;
  leftOut: string[];
  hasToolSearch: boolean;
}

const sortTools = oncePerLasting((tools: readonly ToolParam[]): SortedTools => {
  const sorted: SortedTools = { visible: new Map(), deferred: new Map(), leftOut: [], hasToolSearch: false };
  for (const tool of tools) {
    if (tool.type?.startsWith('tool_search_tool_')) sorted.hasToolSearch = true;
    const chatTool = toChatTool(tool);
    const name = chatTool?.function.name ?? leftOutName(tool);
    if (chatTool === undefined) {
      if (!sorted.leftOut.includes(name)) sorted.leftOut.push(name);
    } else if (tool.defer_loading) {
      if (!sorted.deferred.has(name)) sorted.deferred.set(name, chatTool);
    } else if (sorted.visible.has(name)) {
      throw new MessagesError('invalid_request_error', 'tools: Tool names must be unique.');
    } else sorted.visible.set(name, chatTool);
  }
  for (const name of sorted.visible.keys()) sorted.deferred.delete(name);
  return sorted;
});

/** A list that lasts where the request's does: what is made of all of it is made once. */
const toVisibleTools = oncePerLasting(({ visible }: SortedTools): readonly ChatTool[] => [
  ...visible.values(),
]);

const toChatTool = oncePerLasting((tool: ToolParam): ChatTool | undefined =>
  isCustomTool(tool) ? toFunction(tool) : toClientTool(tool),
);

function isCustomTool(tool: ToolParam): tool is CustomTool {
  return tool.type === undefined || tool.type === null || tool.type === 'custom';
}

function leftOutName(tool: ToolParam): string {
  if (tool.name) return tool.name;
  const server = (tool as TypedTool)['mcp_server_name'];
  return typeof server === 'string' ? server : String(tool.type);
}

function toFunction(tool: CustomTool): ChatTool {
  const description = withExamples(tool.description ?? '', tool.input_examples ?? []);
  return {
    type: 'function',
    function: {
      name: tool.name,
      ...(description !== '' && { description }),
      parameters: toParameters(tool.input_schema),
    },
  };
}

/** `$schema` says nothing to a model and nothing to a grammar. */
function toParameters(schema: Record<string, unknown>): Record<string, unknown> {
  if (!('$schema' in schema)) return schema;
  const { $schema: _, ...parameters } = schema;
  return parameters;
}

function withExamples(description: string, examples: readonly unknown[]): string {
  if (examples.length === 0) return description;
  return [description, `Examples of input:\n${examples.map((example) => JSON.stringify(example)).join('\n')}`]
    .filter(Boolean)
    .join('\n\n');
}

/** Names that tool references in the history give, in order, each once. */
function revealedNames(request: CountTokensRequest): string[] {
  const names = new Set<string>();
  for (const { content } of request.messages) collectReferences(content, names);
  return [...names];
}

function collectReferences(
  content: string | ContentBlockParam[] | null | undefined,
  names: Set<string>,
): void {
  if (!Array.isArray(content)) return;
  for (const block of content) {
    if (!isKnownBlock(block)) collectSearchResult(block, names);
    else if (block.type === 'tool_reference') names.add(block.tool_name);
    else if (block.type === 'tool_result') collectReferences(block.content, names);
  }
}

/** What Anthropic's own tool search found, in a conversation begun there. */
function collectSearchResult(block: Readonly<Record<string, unknown>>, names: Set<string>): void {
  if (block['type'] !== 'tool_search_tool_result') return;
  const content = block['content'] as { tool_references?: unknown } | null | undefined;
  const references: unknown = content?.tool_references;
  if (!Array.isArray(references)) return;
  for (const reference of references as ({ tool_name?: unknown } | null)[]) {
    if (typeof reference?.tool_name === 'string') names.add(reference.tool_name);
  }
}
