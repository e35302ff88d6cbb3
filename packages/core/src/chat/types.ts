/**
 * The upstream's wire: OpenAI chat completions with the fields that llama-server adds.
 * Only what this library sends or reads. Chunks are typed loosely on purpose: every
 * server is sloppy in its own way, and {@link createMessageStream} copes with all of them.
 */

export interface ChatTextPart {
  type: 'text';
  text: string;
}

export interface ChatImagePart {
  type: 'image_url';
  image_url: { url: string };
}

export type ChatContentPart = ChatTextPart | ChatImagePart;

export interface ChatToolCall {
  id: string;
  type: 'function';
  /** `arguments` is JSON text, exactly as it was generated where that is known. */
  function: { name: string; arguments: string };
}

export type ChatMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | ChatContentPart[] }
  | { role: 'assistant'; content: string | null; reasoning_content?: string; tool_calls?: ChatToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string | ChatContentPart[] };

export interface ChatTool {
  type: 'function';
  function: { name: string; description?: string; parameters: Record<string, unknown>; strict?: boolean };
}

/** A chat completion request in llama-server's dialect; other upstreams translate what they name otherwise. */
export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  tools?: readonly ChatTool[];
  /** llama-server reads a string only, so a named tool is sent as the only tool with `required`. */
  tool_choice?: 'auto' | 'required' | 'none';
  parallel_tool_calls?: boolean;
  max_tokens?: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop?: string[];
  response_format?: {
    type: 'json_schema';
    json_schema: { name: string; schema: Record<string, unknown>; strict?: boolean };
  };
  /** Variables of the chat template; `enable_thinking` must be a boolean. */
  chat_template_kwargs?: Record<string, unknown>;
  /** `none` switches thinking off; other values reach templates that know them. */
  reasoning_effort?: 'none' | 'low' | 'medium' | 'high';
  /** Most tokens that thinking may take; enforced by llama-server where the template has thinking tags. */
  thinking_budget_tokens?: number;
}

/** llama-server's `prompt_progress`: counts in tokens; `processed` includes `cache`. */
export interface PromptProgress {
  total: number;
  cache: number;
  processed: number;
  time_ms?: number;
}

export interface ChatUsage {
  prompt_tokens?: number | null;
  completion_tokens?: number | null;
  prompt_tokens_details?: { cached_tokens?: number | null } | null;
  completion_tokens_details?: { reasoning_tokens?: number | null } | null;
}

export interface ChatToolCallDelta {
  index?: number | null;
  id?: string | null;
  type?: string | null;
  function?: { name?: string | null; arguments?: unknown } | null;
}

export interface ChatDelta {
  role?: string | null;
  content?: string | null;
  /** llama-server, SGLang, DeepSeek. */
  reasoning_content?: string | null;
  /** vLLM, Ollama, OpenRouter. */
  reasoning?: string | null;
  refusal?: string | null;
  tool_calls?: readonly ChatToolCallDelta[] | null;
}

export interface ChatChoice {
  index?: number | null;
  delta?: ChatDelta | null;
  /** Some servers send the whole message in the last chunk. */
  message?: ChatDelta | null;
  finish_reason?: string | null;
  /** vLLM: the stop string that matched, or the id of the stop token. */
  stop_reason?: string | number | null;
}

/** What llama-server adds to the last choice when asked with `verbose` and `response_fields`. */
export interface VerboseStop {
  stop_type?: string;
  stopping_word?: string;
  truncated?: boolean;
}

/**
 * Chunks that bring nothing but text of the answer (`delta.content`) or of the thought before it
 * (`delta.reasoning_content`), with the text as it stands in their JSON: escaped, and without its quotes. They are most
 * of a stream, and can be passed on without being parsed.
 */
export interface ChatTextDelta {
  /** Of all the chunks, one after another. */
  textJson: string;
  isThinking: boolean;
  /** How many chunks they were, which is how many tokens. */
  chunks: number;
}

export interface ChatChunk {
  id?: string | null;
  model?: string | null;
  choices?: readonly ChatChoice[] | null;
  usage?: ChatUsage | null;
  prompt_progress?: PromptProgress | null;
  timings?: Record<string, number> | null;
  __verbose?: VerboseStop | null;
  error?: unknown;
}
