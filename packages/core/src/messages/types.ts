/**
 * The client's wire: Anthropic's Messages API, stable surface, as far as this library reads or writes it.
 * Requests are open: fields and block types that are not listed here are accepted and ignored.
 *
 * @see https://docs.anthropic.com/en/api/messages
 */

export interface Base64Source {
  type: 'base64';
  media_type: string;
  data: string;
}
export interface UrlSource {
  type: 'url';
  url: string;
}
export interface TextSource {
  type: 'text';
  media_type?: string;
  data: string;
}
export interface ContentSource {
  type: 'content';
  content: string | ContentBlockParam[];
}
export interface FileSource {
  type: 'file';
  file_id: string;
}

export interface TextBlockParam {
  type: 'text';
  text: string;
}
export interface ImageBlockParam {
  type: 'image';
  source: Base64Source | UrlSource | FileSource;
}
export interface DocumentBlockParam {
  type: 'document';
  source: Base64Source | UrlSource | TextSource | ContentSource | FileSource;
  title?: string | null;
  context?: string | null;
}
export interface SearchResultBlockParam {
  type: 'search_result';
  title: string;
  source: string;
  content: TextBlockParam[];
}
export interface ThinkingBlockParam {
  type: 'thinking';
  thinking: string;
  signature?: string;
}
export interface RedactedThinkingBlockParam {
  type: 'redacted_thinking';
  data: string;
}
export interface ToolUseBlockParam {
  type: 'tool_use';
  id: string;
  name: string;
  input: unknown;
}
export interface ToolReferenceBlockParam {
  type: 'tool_reference';
  tool_name: string;
}
export interface ToolResultBlockParam {
  type: 'tool_result';
  tool_use_id: string;
  content?: string | ContentBlockParam[] | null;
  is_error?: boolean | null;
}
/** A block type that this library has no rule for; {@link toChatRequest} keeps it as text where it carries any. */
export interface OtherBlockParam {
  type: string;
  [field: string]: unknown;
}

export type KnownBlockParam =
  | TextBlockParam
  | ImageBlockParam
  | DocumentBlockParam
  | SearchResultBlockParam
  | ThinkingBlockParam
  | RedactedThinkingBlockParam
  | ToolUseBlockParam
  | ToolReferenceBlockParam
  | ToolResultBlockParam;

export type ContentBlockParam = KnownBlockParam | OtherBlockParam;

export interface MessageParam {
  /** `system` inside `messages` is what Claude Code sends between turns. */
  role: 'user' | 'assistant' | 'system';
  content: string | ContentBlockParam[];
}

export interface CustomTool {
  type?: 'custom' | null;
  name: string;
  description?: string;
  input_schema: Record<string, unknown>;
  strict?: boolean | null;
  defer_loading?: boolean | null;
  input_examples?: unknown[] | null;
}
/** A tool that is known by its type: `bash_20250124`, `web_search_20250305`, … */
export interface TypedTool {
  type: string;
  name?: string;
  defer_loading?: boolean | null;
  [field: string]: unknown;
}
export type ToolParam = CustomTool | TypedTool;

export type ToolChoice = (
  | { type: 'auto' }
  | { type: 'any' }
  | { type: 'none' }
  | { type: 'tool'; name: string }
) & { disable_parallel_tool_use?: boolean | null };

export type ThinkingConfig =
  | { type: 'disabled' }
  | { type: 'enabled'; budget_tokens?: number; display?: string | null }
  | { type: 'adaptive'; budget_tokens?: number; display?: string | null }
  | { type: 'between_tools'; display?: string | null };

export interface JsonSchemaFormat {
  type: 'json_schema';
  schema: Record<string, unknown>;
}

export interface MessagesRequest {
  model: string;
  messages: MessageParam[];
  max_tokens: number;
  system?: string | TextBlockParam[] | null;
  tools?: ToolParam[] | null;
  tool_choice?: ToolChoice | null;
  stream?: boolean | null;
  stop_sequences?: string[] | null;
  temperature?: number | null;
  top_p?: number | null;
  top_k?: number | null;
  thinking?: ThinkingConfig | null;
  output_config?: { effort?: string | null; format?: JsonSchemaFormat | null } | null;
  output_format?: JsonSchemaFormat | null;
  metadata?: { user_id?: string | null } | null;
  thread?: unknown;
  container?: unknown;
  mcp_servers?: unknown[] | null;
  context_management?: unknown;
}

/** The body of `count_tokens`: a request without `max_tokens`. */
export type CountTokensRequest = Omit<MessagesRequest, 'max_tokens'> & { max_tokens?: number };

export interface TextBlock {
  type: 'text';
  text: string;
  citations: null;
}
export interface ThinkingBlock {
  type: 'thinking';
  thinking: string;
  signature: string;
}
export interface ToolUseBlock {
  type: 'tool_use';
  id: string;
  name: string;
  input: Record<string, unknown>;
  caller: { type: 'direct' };
}
export type ContentBlock = TextBlock | ThinkingBlock | ToolUseBlock;

export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'refusal'
  | 'model_context_window_exceeded';

/** Token counts are disjoint: the prompt is `input_tokens + cache_read_input_tokens`. */
export interface Usage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation: null;
  output_tokens: number;
  output_tokens_details: { thinking_tokens: number } | null;
  server_tool_use: null;
  service_tier: 'standard';
  inference_geo: null;
}

export interface Message {
  id: string;
  type: 'message';
  role: 'assistant';
  /** The name that the client asked for. */
  model: string;
  content: ContentBlock[];
  stop_reason: StopReason | null;
  stop_sequence: string | null;
  stop_details: null;
  container: null;
  diagnostics: null;
  usage: Usage;
}

export type MessageStreamEvent =
  | { type: 'message_start'; message: Message }
  | { type: 'content_block_start'; index: number; content_block: ContentBlock }
  | { type: 'content_block_delta'; index: number; delta: ContentBlockDelta }
  | { type: 'content_block_stop'; index: number }
  | { type: 'message_delta'; delta: MessageDelta; usage: MessageDeltaUsage }
  | { type: 'message_stop' }
  | { type: 'ping' }
  | ErrorBody;

export type ContentBlockDelta =
  | { type: 'text_delta'; text: string }
  | { type: 'thinking_delta'; thinking: string }
  | { type: 'signature_delta'; signature: string }
  | { type: 'input_json_delta'; partial_json: string };

export interface MessageDelta {
  stop_reason: StopReason;
  stop_sequence: string | null;
  stop_details: null;
  container: null;
}

export type MessageDeltaUsage = Pick<
  Usage,
  | 'input_tokens'
  | 'cache_creation_input_tokens'
  | 'cache_read_input_tokens'
  | 'output_tokens'
  | 'output_tokens_details'
  | 'server_tool_use'
>;

export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'conflict_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'timeout_error'
  | 'overloaded_error';

export interface ErrorBody {
  type: 'error';
  error: { type: ErrorType; message: string; details?: Record<string, unknown> };
  request_id: string;
}

/** One entry of `GET /v1/models`. */
export interface ModelInfo {
  type: 'model';
  id: string;
  display_name: string;
  /** RFC 3339. */
  created_at: string;
  lifecycle: 'active';
  deprecated_at: null;
  retires_at: null;
  line: null;
  /** Tokens of one slot's context window; null when the upstream does not say. */
  max_input_tokens: number | null;
  max_tokens: number | null;
  capabilities: Record<string, unknown> | null;
}
