import type { ChatRequest } from '../chat/types.ts';
import type { UpstreamTraits } from './upstream.ts';

/** Servers whose ways are known; `openai` stands for all others. */
export type OpenaiServer = 'openai' | 'vllm' | 'sglang' | 'ollama' | 'lmstudio';

/** How one OpenAI-compatible server departs from llama-server's dialect, as data. */
export interface OpenaiDialect {
  readonly name: string;
  /** Fields that the server refuses. */
  readonly omit: readonly (keyof ChatRequest)[];
  /** Under which name it reads the reasoning of earlier turns; undefined if it refuses the field. */
  readonly reasoningField: 'reasoning_content' | 'reasoning' | undefined;
  /** What makes it continue a trailing assistant message. */
  readonly prefill?: Readonly<Record<string, unknown>>;
  /** Path of a tokenizer that takes chat messages and answers `{ count }`. */
  readonly tokenize?: string;
  readonly traits: UpstreamTraits;
}

/** Written from each server's documentation; only llama-server, which has an upstream of its own, is tested live. */
export const dialects: Readonly<Record<OpenaiServer, OpenaiDialect>> = {
  openai: {
    name: 'OpenAI-compatible',
    omit: ['top_k', 'chat_template_kwargs', 'thinking_budget_tokens', 'reasoning_effort'],
    reasoningField: undefined,
    traits: {},
  },
  vllm: {
    name: 'vLLM',
    omit: ['thinking_budget_tokens'],
    reasoningField: 'reasoning',
    prefill: { continue_final_message: true, add_generation_prompt: false },
    tokenize: '/tokenize',
    traits: {},
  },
  sglang: {
    name: 'SGLang',
    omit: ['thinking_budget_tokens'],
    reasoningField: 'reasoning_content',
    prefill: { continue_final_message: true },
    traits: {},
  },
  ollama: {
    name: 'Ollama',
    omit: ['chat_template_kwargs', 'thinking_budget_tokens'],
    reasoningField: 'reasoning',
    traits: {},
  },
  lmstudio: {
    name: 'LM Studio',
    omit: ['chat_template_kwargs', 'thinking_budget_tokens'],
    reasoningField: 'reasoning_content',
    traits: {},
  },
};
