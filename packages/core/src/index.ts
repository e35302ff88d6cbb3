/**
 * The Anthropic Messages API on top of llama.cpp, independent of any framework.
 *
 * @packageDocumentation
 */
export { createMessagesHandler, type MessagesHandler } from './handler.ts';
export type { Authenticate, Logger, MessagesOptions } from './options.ts';
export type { ModelMapping, ModelRoute, ModelTarget } from './routing/model-route.ts';
export type { ModelRequest } from './routing/model-request.ts';
export type { HandlerRequest, HandlerResponse, HeaderReader } from './http.ts';
export type { EventStream, FrameSink } from './event-stream.ts';
export type { ExchangeProgress, ExchangeReport } from './report.ts';
export { tokensPerSecond } from './tokens-per-second.ts';
export type { ExchangeObserver, ExchangeStart, Observe, UpstreamRequest } from './observer.ts';
export type { Conversation } from './slots/conversation.ts';
export type { PrefixBreak } from './memory/prefix-break.ts';
export {
  createMemoryThreadStore,
  type MemoryThreadStoreOptions,
  type ThreadStore,
} from './threads/thread-store.ts';
export { MessagesError, toMessagesError, toErrorBody, type MessagesErrorOptions } from './errors.ts';
export { errorReason } from './error-reason.ts';
export { routes, type Route } from './routes.ts';
export { llamaServer, type LlamaServerOptions } from './upstream/llama-server.ts';
export { openaiCompatible, type OpenaiCompatibleOptions } from './upstream/openai-compatible.ts';
export type { HttpAnswer, HttpCall, HttpClient } from './upstream/http-client.ts';
export type {
  TokenCount,
  Upstream,
  UpstreamCall,
  UpstreamModel,
  UpstreamTraits,
} from './upstream/upstream.ts';
export { toChatRequest } from './convert/request.ts';
export { toResponsePlan, type ResponsePlan } from './convert/response-plan.ts';
export type { ConvertOptions } from './convert/options.ts';
export { createMessageStream, type MessageStream, type StreamOptions } from './stream/message-stream.ts';
export type { MessageSink } from './stream/message-sink.ts';
export { createFrameWriter, type FrameWriter } from './stream/frame-writer.ts';
export { createMessageCollector, type MessageCollector } from './stream/message-collector.ts';
export {
  createSseDecoder,
  type SseDecoder,
  type SseDecoderOptions,
  type SseEvent,
} from './stream/sse-decoder.ts';
export type * from './messages/types.ts';
export type * from './chat/types.ts';
