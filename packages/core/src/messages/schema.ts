import { isShallow, maxJsonDepth } from '../json-depth.ts';
import { isLasting } from '../memory/lasting.ts';
import { expectSchema, invalid } from './expect-schema.ts';
import { remoteImageProblem } from './remote-image.ts';
import {
  anyBlockSchema,
  anyToolSchema,
  blockSchemas,
  countTokensRequestSchema,
  customToolSchema,
  messageSchema,
  messagesRequestSchema,
  sourceSchemas,
} from './request-schemas.ts';
import type { CountTokensRequest, MessagesRequest } from './types.ts';

/** Content holds content (a tool's result, a document's); deeper than this nobody means it. */
const maxContentDepth = 8;

/**
 * Returns `body` itself, known to be a request that the conversion understands; nothing is copied.
 * Fields, block types and tool types that this library does not know are let through: clients send new ones
 * every week, and degrade for the rest of the session when one is refused.
 *
 * @throws MessagesError `invalid_request_error` in Anthropic's words, the path in front.
 * @see https://docs.anthropic.com/en/api/messages
 */
export function checkMessagesRequest(body: unknown): MessagesRequest {
  expectSchema(messagesRequestSchema, body, '');
  checkBody(body as MessagesRequest);
  return body as MessagesRequest;
}

/**
 * Returns `body` itself, known to be a request whose tokens can be counted: a Messages request that may lack `max_tokens`.
 *
 * @throws MessagesError `invalid_request_error`, as {@link checkMessagesRequest} does.
 * @see https://docs.anthropic.com/en/api/messages-count-tokens
 */
export function checkCountTokensRequest(body: unknown): CountTokensRequest {
  expectSchema(countTokensRequestSchema, body, '');
  checkBody(body as CountTokensRequest);
  return body as CountTokensRequest;
}

function checkBody(body: CountTokensRequest): void {
  if (body.messages.length === 0) throw invalid('messages', 'at least one message is required');
  body.messages.forEach((message: unknown, index) => {
    checkOnce(message, () => {
      expectSchema(messageSchema, message, `messages.${index}`);
      checkBlocks((message as Fields)['content'], `messages.${index}.content`, 0);
    });
  });
  const { system, tools } = body;
  checkOnce(system, () => checkBlocks(system, 'system', 0));
  checkOnce(tools, () => {
    (tools ?? []).forEach((tool: unknown, index) => {
      expectSchema(anyToolSchema, tool, `tools.${index}`);
      checkTool(tool as Fields, `tools.${index}`);
    });
  });
  if (body.tool_choice?.type === 'tool' && typeof body.tool_choice.name !== 'string') {
    throw invalid('tool_choice.tool.name', 'Field required');
  }
  expectShallow(body.output_config?.format?.schema, 'output_config.format.schema');
  expectShallow(body.output_format?.schema, 'output_format.schema');
  checkUnsupported(body);
}

/** What has passed, and cannot change. */
const passed = new WeakSet<object>();

/** Calls `check`, which throws if there is something wrong with `value`, unless it has passed. */
function checkOnce(value: unknown, check: () => void): void {
  if (typeof value === 'object' && value !== null && passed.has(value)) return;
  check();
  if (typeof value === 'object' && value !== null && isLasting(value)) passed.add(value);
}

type Fields = Record<string, unknown>;

function checkBlocks(content: unknown, path: string, depth: number): void {
  if (!Array.isArray(content)) return;
  if (depth > maxContentDepth) throw invalid(path, `nested too deeply, more than ${maxContentDepth} levels`);
  content.forEach((block: unknown, index) => {
    const blockPath = `${path}.${index}`;
    expectSchema(anyBlockSchema, block, blockPath);
    checkBlock(block as Fields & { type: string }, blockPath, depth);
  });
}

function checkBlock(block: Fields & { type: string }, path: string, depth: number): void {
  const schema = Object.hasOwn(blockSchemas, block.type) ? blockSchemas[block.type] : undefined;
  if (schema === undefined) return expectShallow(block, path);
  expectSchema(schema, block, `${path}.${block.type}`);
  switch (block.type) {
    case 'tool_use':
      expectShallow(block['input'], `${path}.tool_use.input`);
      return;
    case 'image':
    case 'document':
      checkSource(block['source'] as Fields & { type: string }, block.type, path, depth);
      return;
    case 'tool_result':
    case 'search_result':
      checkBlocks(block['content'], `${path}.${block.type}.content`, depth + 1);
      return;
    default:
  }
}

function checkSource(
  source: Fields & { type: string },
  block: 'image' | 'document',
  path: string,
  depth: number,
): void {
  if (source.type === 'file') {
    throw invalid(
      `${path}.source`,
      'file sources are not supported: there is no Files API here. Send the content inline.',
    );
  }
  const sourcePath = `${path}.${block}.source`;
  const schema = Object.hasOwn(sourceSchemas, source.type) ? sourceSchemas[source.type] : undefined;
  if (schema !== undefined) expectSchema(schema, source, `${sourcePath}.${source.type}`);
  if (source.type === 'content') checkBlocks(source['content'], `${sourcePath}.content.content`, depth + 1);
  if (block === 'document') return;
  if (source.type === 'url') {
    const problem = remoteImageProblem(String(source['url']));
    if (problem !== undefined) throw invalid(`${sourcePath}.url.url`, problem);
  }
  if (source.type === 'base64' && !/^image\/[\w.+-]+$/i.test(String(source['media_type']))) {
    throw invalid(
      `${sourcePath}.base64.media_type`,
      "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
    );
  }
}

function checkTool(tool: Fields, path: string): void {
  expectShallow(tool, path);
  const type = tool['type'];
  if (type === undefined || type === null || type === 'custom')
    expectSchema(customToolSchema, tool, `${path}.custom`);
  else if (/^(computer|browser)_/.test(String(type))) {
    throw invalid(
      path,
      `${String(type)} is not supported here. Offer the model a custom tool of your own instead.`,
    );
  }
  const callers = tool['allowed_callers'];
  if (Array.isArray(callers) && !callers.includes('direct')) {
    throw invalid(
      `${path}.allowed_callers`,
      "tools that only code may call are not supported here; add 'direct'",
    );
  }
}

/** Throws if `json` is nested too deeply for what goes through it by recursion. */
function expectShallow(json: unknown, path: string): void {
  if (!isShallow(json)) throw invalid(path, `nested too deeply, more than ${maxJsonDepth} levels`);
}

/** What would silently change the meaning of the request if it were ignored. */
function checkUnsupported(body: CountTokensRequest): void {
  if (wantsContainer(body.container))
    throw invalid('container', 'containers are not supported: nothing runs code here');
  if (body.mcp_servers && body.mcp_servers.length > 0) {
    throw invalid('mcp_servers', 'MCP servers are not called from here; connect to them in your client');
  }
}

function wantsContainer(container: unknown): boolean {
  if (typeof container !== 'object' || container === null) return typeof container === 'string';
  const { id, skills } = container as Fields;
  return (id !== undefined && id !== null) || (Array.isArray(skills) ? skills.length > 0 : Boolean(skills));
}
