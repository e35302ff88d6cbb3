import type { MessagesRequest } from '../messages/types.ts';
import { toChatMessages } from './messages.ts';
import type { ConvertOptions } from './options.ts';
import { toStopSequences } from './sampling.ts';
import { type AnswerForm, toAnswerForm } from './structured-output.ts';

/** What the stream of an answer must know of its request; plain data. */
export interface ResponsePlan {
  /** The model's name as the client wrote it. */
  readonly model: string;
  /** What the answer repeats before it goes on: the text of a trailing assistant turn, on upstreams that echo it. */
  readonly prefill?: string;
  readonly stopSequences: readonly string[];
  /** The tool whose arguments are the answer's text, see `toAnswerForm`. */
  readonly structuredTool?: string;
  /** The client wants no thinking text, so it travels in the signature. */
  readonly hideThinking: boolean;
  /** `max_tokens: 0` only fills the prompt cache. */
  readonly discardOutput: boolean;
  /** Tokens of one slot, prompt and answer together. */
  readonly contextWindow?: number;
}

/**
 * Returns what turns the upstream's chunks into the answer to `request`.
 *
 * @throws MessagesError exactly where `toChatRequest` does.
 */
export function toResponsePlan(
  request: MessagesRequest,
  options: ConvertOptions,
  { structuredTool }: AnswerForm = toAnswerForm(request, options),
): ResponsePlan {
  const prefill = options.traits.echoesPrefill ? toPrefill(request, options) : undefined;
  const { contextWindow } = options.model;
  return {
    model: request.model,
    ...(prefill !== undefined && { prefill }),
    stopSequences: toStopSequences(request),
    ...(structuredTool !== undefined && { structuredTool }),
    hideThinking: hidesThinking(request.thinking),
    discardOutput: request.max_tokens === 0,
    ...(contextWindow !== undefined && { contextWindow }),
  };
}

function hidesThinking(thinking: MessagesRequest['thinking']): boolean {
  return (
    thinking !== undefined && thinking !== null && 'display' in thinking && thinking.display === 'omitted'
  );
}

function toPrefill(request: MessagesRequest, options: ConvertOptions): string | undefined {
  if (request.messages.at(-1)?.role !== 'assistant') return undefined;
  const last = toChatMessages(request.messages, options).messages.at(-1);
  return last?.role === 'assistant' && last.content ? last.content : undefined;
}
