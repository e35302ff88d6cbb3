import type {
  ChatChoice,
  ChatChunk,
  ChatDelta,
  ChatTextDelta,
  ChatTool,
  PromptProgress,
} from '../chat/types.ts';
import { toStopReason } from '../convert/finish-reason.ts';
import type { ResponsePlan } from '../convert/response-plan.ts';
import { toDeltaUsage, type TokenTotals, toUsage } from '../convert/usage.ts';
import { MessagesError, toMessagesError } from '../errors.ts';
import type { Message, StopReason, Usage } from '../messages/types.ts';
import { createTextCallRecovery, type TextCallPart } from '../tools/text-tool-calls.ts';
import { createBlockWriter, type GeneratedMessage } from './block-writer.ts';
import type { MessageSink } from './message-sink.ts';
import { toChatChunk } from './delta-template.ts';
import { createPrefillStripper } from './prefill.ts';
import { createThinkTagSplitter } from './think-tags.ts';
import { createToolCallTracker, type ToolCall } from './tool-calls.ts';

export interface StreamOptions {
  /** The message's id, `msg_…`. */
  readonly messageId: string;
  readonly plan: ResponsePlan;
  /** Called once, if the message begins before the upstream has told the prompt's true count. */
  readonly estimateInputTokens: () => number;
  /**
   * Returns the signature that closes a thinking block; a thought that the client is not shown travels in it.
   * @defaultValue a constant, for clients drop thinking without a signature
   */
  readonly sign?: ((hiddenThinking: string | undefined) => string) | undefined;
  /** The tools as the client declared them: what arguments are repaired by, and what text is searched for. */
  readonly tools?: readonly ChatTool[] | undefined;
  /** Take calls of these tools that the model printed as text for calls. @defaultValue false */
  readonly recoversTextCalls?: boolean | undefined;
  /** Told how far the upstream is with the prompt. */
  readonly onProgress?: ((progress: PromptProgress) => void) | undefined;
  /** See {@link UpstreamTraits.startsInThinking}. */
  readonly startsInThinking?: boolean | undefined;
}

/**
 * A synchronous state machine: chunks in, calls of a {@link MessageSink} out. Without getters, as everything that is
 * called for each token: V8 keeps objects that have them as hash tables, which made a token cost twice as much.
 */
export interface MessageStream {
  /** Writes `message_start` now, with estimated counts if the upstream has not told any; later calls do nothing. */
  start(): void;
  push(item: ChatChunk | ChatTextDelta): void;
  /** Writes the end of the message; to be called once, when the upstream is done. */
  end(): void;
  /** Writes the error in place of the rest; after that nothing is written any more. */
  fail(error: unknown): void;
  /** Nothing will be written any more: the message has ended or failed. */
  isOver(): boolean;
  usage(): Usage;
  stopReason(): StopReason | undefined;
  generated(): GeneratedMessage;
  /** Values of tool arguments that had a wrong JSON type and were repaired without loss. */
  repairedArguments(): number;
}

export type { GeneratedMessage };

/** Returns the message that `message_start` carries. */
export function toMessageStart(id: string, model: string, promptTokens: number, cachedTokens = 0): Message {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    usage: toUsage({ prompt: promptTokens, cached: cachedTokens, completion: 0, reasoning: undefined }),
  };
}

/**
 * Returns the conversion of one answer. Whatever the upstream sends, in whatever order, the sink sees the API's grammar:
 * one start, blocks one after another, then delta and stop, or a failure.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export function createMessageStream(sink: MessageSink, options: StreamOptions): MessageStream {
  const { plan } = options;
  const totals: TokenTotals = { prompt: 0, cached: 0, completion: 0, reasoning: undefined };
  const schemas = new Map(options.tools?.map((tool) => [tool.function.name, tool.function.parameters]));
  const recovery =
    options.recoversTextCalls && options.tools?.length ? createTextCallRecovery(options.tools) : undefined;
  const blocks = createBlockWriter(sink, {
    schemaOf: (name) => schemas.get(name),
    hideThinking: plan.hideThinking,
    sign: options.sign ?? (() => 'lm1'),
  });
  const tools = createToolCallTracker();
  const seenCalls = new Set<ToolCall>();
  let structuredCall: ToolCall | undefined;
  const thinkTags = createThinkTagSplitter(
    { text, thinking: (thought) => blocks.thinking(thought) },
    options.startsInThinking,
  );
  const content = createPrefillStripper(plan.prefill ?? '', (piece) => thinkTags.push(piece));

  let state: 'idle' | 'started' | 'over' = 'idle';
  let finishReason: string | undefined;
  let stopWord: string | undefined;
  let truncated = false;
  let sawToolUse = false;
  let sawRefusal = false;
  let sawAnything = false;
  let deltas = 0;
  let stopReason: StopReason | undefined;
  /** Text before the synthetic tool that stands for a schema: dropped if that tool is called, for then the answer is its JSON alone. */
  let prose = plan.structuredTool === undefined ? undefined : '';

  function start(): void {
    if (state !== 'idle') return;
    state = 'started';
    if (totals.prompt === 0) totals.prompt = options.estimateInputTokens();
    sink.start(toMessageStart(options.messageId, plan.model, totals.prompt, totals.cached));
  }

  function text(piece: string): void {
    if (prose !== undefined) prose += piece;
    else if (recovery) takeParts(recovery.push(piece));
    else blocks.text(piece);
  }

  function takeParts(parts: readonly TextCallPart[]): void {
    for (const part of parts) {
      if (part.type === 'text') blocks.text(part.text);
      else {
        sawToolUse = true;
        blocks.tool({ id: '', name: part.name, json: part.arguments }, true, part.arguments);
      }
    }
  }

  function releaseProse(): void {
    if (prose) blocks.text(prose);
    prose = undefined;
  }

  function takeDelta(delta: ChatDelta): void {
    const thought = delta.reasoning_content ?? delta.reasoning;
    const calls = delta.tool_calls ?? [];
    if (!thought && !delta.content && !delta.refusal && calls.length === 0) return;
    sawAnything = true;
    deltas += 1;
    if (plan.discardOutput) return;
    if (thought) blocks.thinking(thought);
    if (delta.content) content.push(delta.content);
    if (delta.refusal) {
      sawRefusal = true;
      text(delta.refusal);
    }
    calls.forEach((callDelta, position) => {
      // What was held back of the text belongs before the call.
      content.end();
      thinkTags.end();
      const { call, json } = tools.take(callDelta, position, calls.length);
      // Which kind of call it is shows only when it has a name.
      if (call.name === '' && plan.structuredTool !== undefined) return;
      const isNew = !seenCalls.has(call);
      seenCalls.add(call);
      if (call.name === plan.structuredTool) {
        // One answer: a second one, or one beside a call of a real tool, would spoil the JSON of the first.
        if (isNew && structuredCall === undefined && !sawToolUse) structuredCall = call;
        if (structuredCall !== call) return;
        prose = undefined;
        blocks.text(isNew ? call.json : json);
        return;
      }
      releaseProse();
      sawToolUse = true;
      blocks.tool(call, isNew, isNew ? call.json : json);
    });
  }

  /** Passes on text that nothing looks at any more, as it came; returns false if something does. */
  function continueText({ textJson, isThinking }: ChatTextDelta): boolean {
    if (state !== 'started' || finishReason !== undefined || plan.discardOutput || textJson === '')
      return false;
    if (isThinking) {
      if (!blocks.continueJson('thinking', textJson)) return false;
    } else {
      if (prose !== undefined || recovery || !content.isPassing() || !thinkTags.isPassing()) return false;
      if (!blocks.continueJson('text', textJson)) return false;
    }
    sawAnything = true;
    deltas += 1;
    return true;
  }

  function takeChoice(choice: ChatChoice): void {
    // Behind its finish reason a server would begin a second answer.
    if (finishReason !== undefined) return;
    if (choice.delta) takeDelta(choice.delta);
    // Some servers send the whole message in the last chunk, after the deltas or instead of them.
    if (choice.message && !sawAnything) takeDelta(choice.message);
    if (choice.finish_reason) finishReason = choice.finish_reason;
    if (typeof choice.stop_reason === 'string') stopWord = choice.stop_reason;
  }

  function takeTotals(chunk: ChatChunk): void {
    const { prompt_progress: progress, usage } = chunk;
    if (progress) {
      totals.prompt = progress.total;
      totals.cached = progress.cache;
      options.onProgress?.(progress);
    }
    if (!usage) return;
    totals.prompt = usage.prompt_tokens ?? totals.prompt;
    totals.cached = usage.prompt_tokens_details?.cached_tokens ?? totals.cached;
    totals.completion = usage.completion_tokens ?? totals.completion;
    totals.reasoning = usage.completion_tokens_details?.reasoning_tokens ?? totals.reasoning;
  }

  function finish(): void {
    content.end();
    thinkTags.end();
    releaseProse();
    if (recovery) takeParts(recovery.end());
    // Without a count from the upstream one delta is one token, which is what servers stream.
    if (totals.completion === 0) totals.completion = deltas;
    const isFull =
      plan.contextWindow !== undefined && totals.prompt + totals.completion >= plan.contextWindow;
    if (finishReason === 'error' || finishReason === 'abort') {
      throw new MessagesError('api_error', 'The model server gave up in the middle of its answer');
    }
    blocks.end(finishReason === 'length');
    if (blocks.count() === 0 && !plan.discardOutput) {
      sink.blockStart(0, { type: 'text', text: '', citations: null });
      sink.blockStop(0);
    }
    const stop = toStopReason(
      {
        reason: plan.discardOutput ? 'length' : finishReason,
        stopWord,
        truncated: !plan.discardOutput && (truncated || isFull),
        sawToolUse,
        sawRefusal,
      },
      plan.stopSequences,
    );
    stopReason = stop.stop_reason;
    sink.delta({ ...stop, stop_details: null, container: null }, toDeltaUsage(toUsage(totals)));
    sink.stop();
    state = 'over';
  }

  function fail(error: unknown): void {
    if (state === 'over') return;
    // An open block stays open. Claude Code 2.1.197 asks again for a block that was cut, but takes one that was closed for
    // the whole answer. See docs/decisions/0013.
    state = 'over';
    sink.fail(toMessagesError(error));
  }

  return {
    start,
    push(item) {
      if (state === 'over') return;
      if ('textJson' in item && continueText(item)) return;
      const chunk = 'textJson' in item ? toChatChunk(item) : item;
      takeTotals(chunk);
      start();
      try {
        const choice = chunk.choices?.find((candidate) => !candidate.index);
        if (choice) takeChoice(choice);
        if (chunk.__verbose?.stop_type === 'word') stopWord = chunk.__verbose.stopping_word;
        if (chunk.__verbose?.truncated) truncated = true;
      } catch (error) {
        fail(error);
      }
    },
    end() {
      if (state === 'over') return;
      start();
      try {
        finish();
      } catch (error) {
        fail(error);
      }
    },
    fail,
    isOver: () => state === 'over',
    usage: () => toUsage(totals),
    stopReason: () => stopReason,
    repairedArguments: () => blocks.repairs(),
    generated: () => blocks.generated(),
  };
}
