import type { ChatRequest, ChatTool } from './chat/types.ts';
import type { ResponsePlan } from './convert/response-plan.ts';
import type { PrefixBreak } from './memory/prefix-break.ts';
import type { Message } from './messages/types.ts';
import type { Backend } from './routing/backend.ts';
import type { Conversation } from './slots/conversation.ts';
import type { RequestKey } from './slots/request-key.ts';
import type { GeneratedMessage } from './stream/message-stream.ts';
import type { UpstreamModel } from './upstream/upstream.ts';

/** A request that is converted and ready to be sent upstream. */
export interface PreparedExchange {
  readonly chat: ChatRequest;
  readonly plan: ResponsePlan;
  /** Whose model it is. */
  readonly backend: Backend;
  readonly model: UpstreamModel;
  readonly conversation: Conversation;
  /** What the queue is fair between: conversations of different keys are different ones, whatever they call themselves. */
  readonly queueKey: string;
  readonly prefixBreak: PrefixBreak | undefined;
  /** Equal for requests of which one answer serves all; undefined if this one is to be answered by itself. */
  readonly sharedKey: RequestKey | undefined;
  /** As the client declared them. */
  readonly tools: readonly ChatTool[] | undefined;
  readonly recoversTextCalls: boolean;
  readonly sign: (hiddenThinking: string | undefined) => string;
  /** Most tokens that the client wants of the answer. */
  readonly maxTokens: number;
  /** Told the whole answer as the model generated it, before its end is sent. */
  readonly onGenerated: (generated: GeneratedMessage) => void;
  /** Told the whole answer as the client sees it, before its end is sent; left out if nobody wants it. */
  readonly onMessage: ((message: Message) => Promise<void>) | undefined;
  /** Told in every case, when the exchange is over. */
  readonly onOver: () => void;
}
