import type { ChatChoice, ChatChunk, ChatDelta, ChatTextDelta, ChatToolCallDelta } from '../chat/types.ts';
import { toStopReason } from '../convert/finish-reason.ts';
import type { ResponsePlan } from '../convert/response-plan.ts';
import { toDeltaUsage, type TokenTotals, toUsage } from '../convert/usage.ts';
import { MessagesError, toMessagesError } from '../errors.ts';
import type { StopReason, Usage } from '../messages/types.ts';
import {
  createTextCallRecovery,
  type TextCallPart,
  type TextCallRecovery,
} from '../tools/text-tool-calls.ts';
import { BlockWriter, type GeneratedMessage } from './block-writer.ts';
import { toChatChunk } from './delta-template.ts';
import type { MessageSink } from './message-sink.ts';
import { toMessageStart } from './message-start.ts';
import type { MessageStream, StreamOptions } from './message-stream.ts';
import { PrefillStripper } from './prefill.ts';
import { type ThinkTagReceiver, ThinkTagSplitter } from './think-tags.ts';
import { createToolCallTracker, type ToolCall, type ToolCallTracker } from './tool-calls.ts';

/** Clients drop thinking without a signature. */
const unsigned = (): string => 'lm1';

/** See {@link createMessageStream}. A class, as everything that is called for each token: docs/decisions/0017. */
export class AnswerConversion implements MessageStream, ThinkTagReceiver {
  private readonly sink: MessageSink;
  private readonly options: StreamOptions;
  private readonly plan: ResponsePlan;
  private readonly blocks: BlockWriter;
  private readonly thinkTags: ThinkTagSplitter;
  private readonly prefill: PrefillStripper | undefined;
  private readonly recovery: TextCallRecovery | undefined;
  private readonly totals: TokenTotals = { prompt: 0, cached: 0, completion: 0, reasoning: undefined };
  private tools: ToolCallTracker | undefined;
  private seenCalls: Set<ToolCall> | undefined;
  private structuredCall: ToolCall | undefined;

  private state: 'idle' | 'started' | 'over' = 'idle';
  /** Thoughts, and text, that continue what came last are of no interest to anything in between. */
  private passesThinking = false;
  private passesText = false;
  private sawAnything = false;
  private deltas = 0;
  private finishReason: string | undefined;
  private stopWord: string | undefined;
  private truncated = false;
  private sawToolUse = false;
  private sawRefusal = false;
  private stopped: StopReason | undefined;
  private failed: MessagesError | undefined;
  /** Text before the synthetic tool that stands for a schema: dropped if that tool is called, for then the answer is its JSON alone. */
  private prose: string | undefined;

  constructor(sink: MessageSink, options: StreamOptions) {
    const { plan, tools } = options;
    this.sink = sink;
    this.options = options;
    this.plan = plan;
    this.prose = plan.structuredTool === undefined ? undefined : '';
    this.recovery = options.recoversTextCalls && tools?.length ? createTextCallRecovery(tools) : undefined;
    const { hideThinking } = plan;
    this.blocks = new BlockWriter(sink, { hideThinking, tools, sign: options.sign ?? unsigned });
    this.thinkTags = new ThinkTagSplitter(this, options.startsInThinking);
    this.prefill = plan.prefill
      ? new PrefillStripper(plan.prefill, (piece) => this.thinkTags.push(piece))
      : undefined;
  }

  start(): void {
    if (this.state !== 'idle') return;
    this.state = 'started';
    const { totals, options } = this;
    if (totals.prompt === 0) totals.prompt = options.estimateInputTokens();
    this.sink.start(toMessageStart(options.messageId, this.plan.model, totals.prompt, totals.cached));
  }

  push(item: ChatChunk | ChatTextDelta): void {
    if ('textJson' in item) {
      if (this.continueText(item)) return;
      this.take(toChatChunk(item));
      // The one chunk that it has become has been counted.
      this.deltas += item.chunks - 1;
    } else this.take(item);
  }

  end(): void {
    if (this.state === 'over') return;
    this.start();
    try {
      this.finish();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    if (this.state === 'over') return;
    // An open block stays open. Claude Code 2.1.197 asks again for a block that was cut, but takes one that was closed for
    // the whole answer. See docs/decisions/0013.
    this.state = 'over';
    this.passesText = this.passesThinking = false;
    this.failed = toMessagesError(error);
    this.sink.fail(this.failed);
  }

  isOver(): boolean {
    return this.state === 'over';
  }

  failure(): MessagesError | undefined {
    return this.failed;
  }

  usage(): Usage {
    return toUsage(this.totals);
  }

  stopReason(): StopReason | undefined {
    return this.stopped;
  }

  repairedArguments(): number {
    return this.blocks.repairs();
  }

  generated(): GeneratedMessage {
    return this.blocks.generated();
  }

  /** Passes on text that nothing looks at any more, as it came; returns false if something does. */
  private continueText({ textJson, isThinking, chunks }: ChatTextDelta): boolean {
    if (isThinking) {
      if (!this.passesThinking || !this.blocks.continueJson('thinking', textJson)) return false;
    } else if (!this.passesText || !this.blocks.continueJson('text', textJson)) return false;
    this.deltas += chunks;
    return true;
  }

  private take(chunk: ChatChunk): void {
    if (this.state === 'over') return;
    this.takeTotals(chunk);
    this.start();
    try {
      const choice = chunk.choices?.find((candidate) => !candidate.index);
      if (choice) this.takeChoice(choice);
      if (chunk.__verbose?.stop_type === 'word') this.stopWord = chunk.__verbose.stopping_word;
      if (chunk.__verbose?.truncated) this.truncated = true;
    } catch (error) {
      this.fail(error);
    }
    this.passesThinking =
      this.state === 'started' &&
      this.sawAnything &&
      this.finishReason === undefined &&
      !this.plan.discardOutput;
    this.passesText =
      this.passesThinking &&
      this.prose === undefined &&
      this.recovery === undefined &&
      (this.prefill?.isPassing() ?? true) &&
      this.thinkTags.isPassing();
  }

  private takeTotals(chunk: ChatChunk): void {
    const { prompt_progress: progress, usage } = chunk;
    const { totals } = this;
    if (progress) {
      totals.prompt = progress.total;
      totals.cached = progress.cache;
      this.options.onProgress?.(progress);
    }
    if (!usage) return;
    totals.prompt = usage.prompt_tokens ?? totals.prompt;
    totals.cached = usage.prompt_tokens_details?.cached_tokens ?? totals.cached;
    totals.completion = usage.completion_tokens ?? totals.completion;
    totals.reasoning = usage.completion_tokens_details?.reasoning_tokens ?? totals.reasoning;
  }

  private takeChoice(choice: ChatChoice): void {
    // Behind its finish reason a server would begin a second answer.
    if (this.finishReason !== undefined) return;
    if (choice.delta) this.takeDelta(choice.delta);
    // Some servers send the whole message in the last chunk, after the deltas or instead of them.
    if (choice.message && !this.sawAnything) this.takeDelta(choice.message);
    if (choice.finish_reason) this.finishReason = choice.finish_reason;
    if (typeof choice.stop_reason === 'string') this.stopWord = choice.stop_reason;
  }

  private takeDelta(delta: ChatDelta): void {
    const thought = delta.reasoning_content ?? delta.reasoning;
    const calls = delta.tool_calls ?? [];
    if (!thought && !delta.content && !delta.refusal && calls.length === 0) return;
    this.sawAnything = true;
    this.deltas += 1;
    if (this.plan.discardOutput) return;
    if (thought) this.thinking(thought);
    if (delta.content) (this.prefill ?? this.thinkTags).push(delta.content);
    if (delta.refusal) {
      this.sawRefusal = true;
      this.text(delta.refusal);
    }
    calls.forEach((call, position) => this.takeCall(call, position, calls.length));
  }

  private takeCall(delta: ChatToolCallDelta, position: number, siblings: number): void {
    const { plan, blocks } = this;
    const seen = (this.seenCalls ??= new Set());
    // What was held back of the text belongs before the call.
    this.releaseHeld();
    const { call, json } = (this.tools ??= createToolCallTracker()).take(delta, position, siblings);
    // Which kind of call it is shows only when it has a name.
    if (call.name === '' && plan.structuredTool !== undefined) return;
    const isNew = !seen.has(call);
    seen.add(call);
    if (call.name === plan.structuredTool) {
      // One answer: a second one, or one beside a call of a real tool, would spoil the JSON of the first.
      if (isNew && this.structuredCall === undefined && !this.sawToolUse) this.structuredCall = call;
      if (this.structuredCall !== call) return;
      this.prose = undefined;
      blocks.append('text', isNew ? call.json : json);
      return;
    }
    this.releaseProse();
    this.sawToolUse = true;
    blocks.tool(call, isNew, isNew ? call.json : json);
  }

  /** Of {@link ThinkTagReceiver}. */
  thinking(thought: string): void {
    this.blocks.append('thinking', thought);
  }

  /** Of {@link ThinkTagReceiver}. */
  text(piece: string): void {
    if (this.prose !== undefined) this.prose += piece;
    else if (this.recovery) this.takeParts(this.recovery.push(piece));
    else this.blocks.append('text', piece);
  }

  private takeParts(parts: readonly TextCallPart[]): void {
    for (const part of parts) {
      if (part.type === 'text') this.blocks.append('text', part.text);
      else {
        this.sawToolUse = true;
        this.blocks.tool({ id: '', name: part.name, json: part.arguments }, true, part.arguments);
      }
    }
  }

  private releaseHeld(): void {
    this.prefill?.end();
    this.thinkTags.end();
  }

  private releaseProse(): void {
    if (this.prose) this.blocks.append('text', this.prose);
    this.prose = undefined;
  }

  private finish(): void {
    const { sink, plan, totals, blocks, finishReason } = this;
    this.passesText = this.passesThinking = false;
    this.releaseHeld();
    this.releaseProse();
    if (this.recovery) this.takeParts(this.recovery.end());
    // Without a count from the upstream one delta is one token, which is what servers stream.
    if (totals.completion === 0) totals.completion = this.deltas;
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
        stopWord: this.stopWord,
        truncated: !plan.discardOutput && (this.truncated || isFull),
        sawToolUse: this.sawToolUse,
        sawRefusal: this.sawRefusal,
      },
      plan.stopSequences,
    );
    this.stopped = stop.stop_reason;
    const { stop_reason, stop_sequence } = stop;
    sink.delta(
      { stop_reason, stop_sequence, stop_details: null, container: null },
      toDeltaUsage(toUsage(totals)),
    );
    sink.stop();
    this.state = 'over';
  }
}
