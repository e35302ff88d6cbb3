import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Owner } from '../auth.ts';
import type { ChatMessage, ChatRequest, ChatTool } from '../chat/types.ts';
import { checkRoom, leastAnswerTokens } from '../context-room.ts';
import { estimateTokens } from '../convert/estimate-tokens.ts';
import type { ConvertOptions } from '../convert/options.ts';
import { toChatRequest } from '../convert/request.ts';
import { toResponsePlan } from '../convert/response-plan.ts';
import { toAnswerForm } from '../convert/structured-output.ts';
import type { PreparedExchange } from '../prepared-exchange.ts';
import { untilReady } from '../generation.ts';
import { toHex } from '../hex.ts';
import type { Wait } from '../report.ts';
import type { MessagesRequest } from '../messages/types.ts';
import type { GeneratedMessage } from '../stream/message-stream.ts';
import { type Conversation, toConversation } from '../slots/conversation.ts';
import { type RequestKey, toRequestKey, toSharing } from '../slots/request-key.ts';
import { threadUnsupportedRequest } from '../threads/thread-errors.ts';
import type { OpenThread } from '../threads/threads.ts';
import type { ResolvedOptions } from '../options.ts';
import { toModelRequest } from '../routing/model-request.ts';
import { toRoutedChat, toRoutedRequest } from '../routing/model-route.ts';
import type { RoutedModel } from '../routing/model-router.ts';
import { toPattern } from '../routing/name-pattern.ts';
import { simplifyTools } from '../tools/offending-tool.ts';
import { repairArguments } from '../tools/repair-arguments.ts';
import { looksLikeTextCall } from '../tools/text-tool-calls.ts';
import type { UpstreamCall } from '../upstream/upstream.ts';
import type { EndpointContext } from './endpoint.ts';

type AssistantMessage = Extract<ChatMessage, { role: 'assistant' }>;

/** Returns how a request of this owner is converted for the model that answers. */
export function toConvertOptions(
  { services, owner }: EndpointContext,
  { backend, model }: RoutedModel,
  conversationId: string,
): ConvertOptions {
  return {
    model,
    traits: backend.upstream.traits,
    readSignature: (signature) => services.signer.read(owner, signature),
    orderRevealed: (names) => services.reveals.order(`${owner} ${conversationId}`, names),
  };
}

/** Returns the chat request of a request, with everything that was generated here before put back as it was. */
export function toStableChat(
  request: MessagesRequest,
  context: EndpointContext,
  routed: RoutedModel,
  options: ConvertOptions,
): ChatRequest {
  return toWireChat(toChatRequest(request, options), context, routed);
}

function toWireChat(
  chat: ChatRequest,
  { services, owner }: EndpointContext,
  { backend, route }: RoutedModel,
): ChatRequest {
  const messages = services.memory.restore(owner, chat.messages);
  const restored = toRoutedChat({ ...chat, messages }, route);
  return backend.upstream.traits.compilesSchemas ? simplifyTools(restored, 0) : restored;
}

/**
 * Returns a request for a message as its exchange needs it.
 *
 * @throws MessagesError
 */
export async function prepare(
  body: MessagesRequest,
  context: EndpointContext,
  signal: AbortSignal,
  onProgress: (wait: Wait) => void,
): Promise<PreparedExchange> {
  const thread = await openThread(body, context);
  try {
    return await prepareWhole(thread?.request ?? body, thread, context, signal, onProgress);
  } catch (error) {
    thread?.abandon();
    throw error;
  }
}

async function openThread(
  body: MessagesRequest,
  { services, owner, request }: EndpointContext,
): Promise<OpenThread | undefined> {
  if (body.thread === undefined || body.thread === null) return undefined;
  // The code makes the SDK's tool runner send the whole conversation again, without a thread.
  if (!services.threads) throw threadUnsupportedRequest('thread');
  const isResend = services.inFlight !== undefined && toSharing(request.headers) === 'resend';
  return services.threads.open(toThreadOwner(owner), body, isResend);
}

/** A store of the host sees this in its keys, and must not learn what signatures are made with. */
function toThreadOwner(owner: Owner): string {
  return toHex(sha256(utf8ToBytes(`threads ${owner}`)));
}

function findModel(
  sent: MessagesRequest,
  { services, options, request }: EndpointContext,
  call: UpstreamCall,
  onProgress: (wait: Wait) => void,
): Promise<RoutedModel> {
  const asker = toModelRequest(sent, request.headers);
  return untilReady(() => services.router.resolve(asker, call), options, call.signal, onProgress);
}

async function prepareWhole(
  sent: MessagesRequest,
  thread: OpenThread | undefined,
  context: EndpointContext,
  signal: AbortSignal,
  onProgress: (wait: Wait) => void,
): Promise<PreparedExchange> {
  const { services, owner, options, requestId } = context;
  const call: UpstreamCall = { signal, requestId };
  const { headers } = context.request;
  const routed = await findModel(sent, context, call, onProgress);
  const { backend, model } = routed;
  backend.queue.resize(options.concurrency === false ? undefined : (options.concurrency ?? model.slots));
  // What kind of call it is shows in what the client sent.
  const conversation = toConversation(sent, headers);
  const request = services.tools.recall(toRoutedRequest(sent, routed.route));
  const convertOptions = toConvertOptions(context, routed, conversation.id);
  const form = toAnswerForm(request, convertOptions);
  const plan = toResponsePlan(request, convertOptions, form);
  const asked = toChatRequest(request, convertOptions, form);
  const { tools } = asked;
  const converted = toWireChat(asked, context, routed);
  const recoversTextCalls = takesTextCalls(options.textToolCalls, model.id);
  const fitting = backend.upstream.traits.reportsProgress
    ? converted
    : await withinWindow(converted, request.max_tokens, routed, call);
  const { chat, prefixBreak } = services.prompts.next(toLine(owner, conversation), fitting);
  return {
    chat,
    plan,
    backend,
    model,
    conversation,
    queueKey: `${owner} ${conversation.id}`,
    maxTokens: request.max_tokens,
    tools,
    recoversTextCalls,
    prefixBreak,
    sharedKey: findSharedKey(chat, conversation, backend.name, context),
    sign: (hiddenThinking) => services.signer.sign(owner, hiddenThinking),
    onGenerated(generated) {
      if (!recoversTextCalls && generated.calls.length === 0 && tools) {
        hintAtTextCalls(generated.content, tools, model.id, context);
      }
      // The client sees these in another form than the model wrote them, or knows a part of them already.
      if (
        plan.discardOutput ||
        plan.structuredTool !== undefined ||
        chat.messages.at(-1)?.role === 'assistant'
      )
        return;
      const message = toAssistantMessage(generated);
      services.memory.record(owner, chat.messages, message, toRepaired(generated, tools));
      services.prompts.append(toLine(owner, conversation), chat, message);
    },
    onMessage: thread && ((message) => thread.commit(message)),
    onOver: () => thread?.abandon(),
  };
}

/** Names the prompts that grow one out of the other: those of one agent in a conversation. */
function toLine(owner: Owner, { id, agent }: Conversation): string {
  return `${owner} ${id} ${agent}`;
}

function takesTextCalls(setting: ResolvedOptions['textToolCalls'], modelId: string): boolean {
  return typeof setting === 'object'
    ? setting.some((pattern) => toPattern(pattern).test(modelId))
    : setting === true;
}

function hintAtTextCalls(
  content: string,
  tools: readonly ChatTool[],
  modelId: string,
  { options }: EndpointContext,
): void {
  if (!options.logger || !looksLikeTextCall(content, tools)) return;
  options.logger.warn(
    `llama-messages: ${modelId} printed a tool call as text. Its chat template may be missing or wrong (llama-server needs --jinja); the option textToolCalls takes such text for a call.`,
  );
}

function toAssistantMessage({ content, reasoning, calls }: GeneratedMessage): AssistantMessage {
  return {
    role: 'assistant',
    content,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, name, json }) => ({
        id,
        type: 'function',
        function: { name, arguments: json === '' ? '{}' : json },
      })),
    }),
  };
}

/** Returns the arguments that the client was sent repaired, by the ids of their calls: the same repair, made again. */
function toRepaired(
  { calls }: GeneratedMessage,
  tools: readonly ChatTool[] | undefined,
): Map<string, string> {
  const repaired = new Map<string, string>();
  for (const { id, name, json } of calls) {
    const schema = tools?.find((tool) => tool.function.name === name)?.function.parameters;
    if (schema === undefined) continue;
    const sent = repairArguments(json, schema);
    if (sent.repairs > 0) repaired.set(id, sent.json);
  }
  return repaired;
}

function findSharedKey(
  chat: ChatRequest,
  conversation: Conversation,
  upstream: string,
  { services, owner, request }: EndpointContext,
): RequestKey | undefined {
  const sharing = toSharing(request.headers);
  if (!services.inFlight || sharing === 'single') return undefined;
  const key = toRequestKey(owner, chat, conversation, upstream);
  return sharing === 'first' && services.inFlight.has(key) ? undefined : key;
}

/**
 * Upstreams that say how long the prompt is before they read it check the context window themselves, and stop at its
 * end. Others refuse a `max_tokens` that does not fit, so it is made to fit.
 */
async function withinWindow(
  chat: ChatRequest,
  maxTokens: number,
  { backend, model }: RoutedModel,
  call: UpstreamCall,
): Promise<ChatRequest> {
  const { contextWindow } = model;
  if (contextWindow === undefined) return chat;
  if (estimateTokens(chat) + maxTokens <= contextWindow) return chat;
  const { tokens, exact } = await backend.counts.count(chat, call);
  if (exact) checkRoom(tokens, maxTokens, contextWindow);
  return { ...chat, max_tokens: Math.min(maxTokens, Math.max(contextWindow - tokens, leastAnswerTokens)) };
}
