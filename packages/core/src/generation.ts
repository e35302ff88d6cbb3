import type { ChatRequest } from './chat/types.ts';
import { MessagesError } from './errors.ts';
import type { ExchangeObserver } from './observer.ts';
import type { ResolvedOptions } from './options.ts';
import type { Wait } from './report.ts';
import { pump, type Sink } from './sink.ts';
import type { SlotAffinity } from './slots/affinity.ts';
import type { Conversation } from './slots/conversation.ts';
import type { Queue } from './slots/queue.ts';
import { findOffendingTools, isGrammarFailure, simplifyTools } from './tools/offending-tool.ts';
import type { ChatItem } from './upstream/chat-stream.ts';
import type { Upstream, UpstreamCall, UpstreamModel } from './upstream/upstream.ts';

/** One generation: a chat request, and what stands between it and the upstream. */
export interface Generation {
  readonly chat: ChatRequest;
  readonly model: UpstreamModel;
  readonly conversation: Conversation;
  readonly queueKey: string;
  readonly upstream: Upstream;
  readonly queue: Queue;
  readonly affinity: SlotAffinity | undefined;
  readonly options: ResolvedOptions;
  readonly requestId: string;
  /** Told when the request goes out; `queuedMs` is how long it waited for its turn. */
  readonly onRequest: (chat: ChatRequest, attempt: number, queuedMs: number) => void;
  readonly observer: ExchangeObserver;
}

/**
 * Pushes the chunks of a generation into `sink`, those of one network read together: waits for a slot, for a model that is
 * still loading, asks the upstream, and gives the slot back when it is over, failed or left.
 *
 * Asks a second time, before anything came, where the first time failed for a reason that a second may not have: a grammar that
 * llama.cpp could not build of the tools' schemas, and an answer that it could not parse.
 *
 * @throws MessagesError
 */
export async function generate(
  generation: Generation,
  sink: Sink<readonly ChatItem[]>,
  signal: AbortSignal,
): Promise<void> {
  const { queue, conversation, options, affinity, model, requestId, observer } = generation;
  const onProgress = (wait: Wait): void => observer.onProgress?.({ requestId, ...wait });
  const ticket = await queue.acquire({
    conversation: generation.queueKey,
    isBackground: conversation.isBackground,
    signal,
    onPosition: (position) => onProgress({ phase: 'queued', position }),
  });
  const lease =
    affinity && model.slots && model.slots > 1 ? affinity.slotFor(conversation, model.slots) : undefined;
  try {
    let chat = generation.chat;
    for (let attempt = 1; ; attempt++) {
      const guard = new ContentGuard(sink);
      try {
        const call: UpstreamCall = {
          signal,
          requestId,
          headers: observer.upstreamHeaders?.() ?? {},
          ...(lease && { slot: lease.slot }),
        };
        generation.onRequest(chat, attempt, ticket.waitedMs);
        const batches = await untilReady(
          () => generation.upstream.stream(chat, call),
          options,
          signal,
          onProgress,
        );
        await pump(batches, guard);
        return;
      } catch (error) {
        const next =
          guard.hasContent || attempt > 1 || signal.aborted
            ? undefined
            : toSecondAttempt(chat, error, options);
        if (next === undefined) throw error;
        chat = next;
      }
    }
  } finally {
    lease?.release();
    ticket.release();
  }
}

/** Notes whether anything came of the answer. A class, as everything that is called for each token: docs/decisions/0017. */
class ContentGuard implements Sink<readonly ChatItem[]> {
  hasContent = false;
  private readonly sink: Sink<readonly ChatItem[]>;

  constructor(sink: Sink<readonly ChatItem[]>) {
    this.sink = sink;
  }

  write(batch: readonly ChatItem[]): boolean {
    if (!this.hasContent) this.hasContent = batch.some(carriesContent);
    return this.sink.write(batch);
  }

  ready(): Promise<void> {
    return this.sink.ready();
  }

  isDone(): boolean {
    return this.sink.isDone?.() === true;
  }
}

/** Returns what to ask for instead, or undefined if asking again would not help. */
function toSecondAttempt(
  chat: ChatRequest,
  error: unknown,
  options: ResolvedOptions,
): ChatRequest | undefined {
  if (isParserFailure(error)) return chat;
  const said = wordsOf(error);
  if (chat.tools && isGrammarFailure(said)) {
    const names = findOffendingTools(said, chat.tools);
    options.logger?.warn(
      `llama-messages: llama.cpp cannot build a grammar of ${names.length === 1 ? 'the tool' : 'one of the tools'} ${names.join(', ')}; trying again with simpler schemas`,
    );
    return simplifyTools(chat, 2, names);
  }
  return undefined;
}

/** Returns whether llama-server could not parse what the model wrote; the next time it may write something else. */
export function isParserFailure(error: unknown): boolean {
  return /failed to parse (?:input|tool)/i.test(wordsOf(error));
}

function wordsOf(error: unknown): string {
  if (!MessagesError.is(error)) return '';
  return `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`;
}

function carriesContent(item: ChatItem): boolean {
  if ('textJson' in item) return true;
  return (
    item.choices?.some(({ delta, message }) => {
      const said = delta ?? message;
      return Boolean(said?.content || said?.reasoning_content || said?.reasoning || said?.tool_calls?.length);
    }) ?? false
  );
}

/** How often a model that is loading, or a server that is down, is asked again. */
const pollMs = 1_000;

/** Calls `ask` until the upstream is there and has loaded its model, or the time that the options give it is over. */
export function untilReady<Answer>(
  ask: () => Promise<Answer>,
  options: ResolvedOptions,
  signal: AbortSignal,
  onProgress: (wait: Wait) => void,
): Promise<Answer> {
  const startedAt = performance.now();
  return ask().catch(wait);

  async function wait(error: unknown): Promise<Answer> {
    const phase = MessagesError.is(error) ? error.upstreamState : undefined;
    if (phase === undefined) throw error;
    const patience = phase === 'loading' ? options.loadingTimeoutMs : options.downTimeoutMs;
    if (performance.now() - startedAt + pollMs > patience) throw error;
    onProgress({ phase });
    await delay(pollMs, signal);
    return ask().catch(wait);
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    function onAbort(): void {
      clearTimeout(timer);
      reject(signal.reason);
    }
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
