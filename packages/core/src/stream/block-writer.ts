import type { ChatTool } from '../chat/types.ts';
import { MessagesError } from '../errors.ts';
import { parseModelJson } from '../json-depth.ts';
import { createId } from '../id.ts';
import type { ContentBlock } from '../messages/types.ts';
import type { MessageSink } from './message-sink.ts';
import { type ArgumentStream, createArgumentStream } from '../tools/repair-arguments.ts';
import { isCompleteJson, type ToolCall } from './tool-calls.ts';

interface TextSegment {
  kind: 'text' | 'thinking';
  /** What has been written, but for {@link TextSegment.tail}. Never looked into: that would copy all of it for each token. */
  text: string;
  /** What was written after it, escaped as in JSON. */
  tail: string;
  /** What is still to be written. */
  unwritten: string;
}
interface ToolSegment {
  kind: 'tool';
  call: ToolCall;
  /** Of the arguments. */
  unwritten: string;
  /** Something has been written: the arguments begin as an object does. */
  isWritten: boolean;
  /** Stands between what was generated and what is sent, once the call has its name. */
  arguments?: ArgumentStream;
}
type Segment = TextSegment | ToolSegment;

export interface BlockWriterOptions {
  /** Thinking text is kept from the client; the signature carries it. */
  readonly hideThinking: boolean;
  /** As the client declared them; arguments of a wrong JSON type are repaired by their schemas. */
  readonly tools: readonly ChatTool[] | undefined;
  /** Returns the signature that closes a thinking block. */
  readonly sign: (hiddenThinking: string | undefined) => string;
}

/** An answer as the model generated it, with the ids that the client was sent. */
export interface GeneratedMessage {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
}

/**
 * Turns content in any order into blocks that follow one another: exactly one block is open
 * at a time. A text or thinking block closes as soon as something else arrives. A tool call closes only when its
 * arguments are whole; until then later content waits behind it, so that parallel calls whose deltas
 * interleave are neither mixed nor lost.
 */
export class BlockWriter {
  private readonly sink: MessageSink;
  private readonly hideThinking: boolean;
  private readonly tools: readonly ChatTool[] | undefined;
  private readonly sign: BlockWriterOptions['sign'];
  private all: readonly Segment[] = [];
  private readonly waiting: Segment[] = [];
  private open: Segment | undefined;
  private index = -1;
  private repaired = 0;

  constructor(sink: MessageSink, options: BlockWriterOptions) {
    this.sink = sink;
    this.hideThinking = options.hideThinking;
    this.tools = options.tools;
    this.sign = options.sign;
  }

  append(kind: 'text' | 'thinking', text: string): void {
    const last = this.waiting.at(-1) ?? this.open;
    if (last?.kind === kind) last.unwritten += text;
    else this.add({ kind, text: '', tail: '', unwritten: text });
    this.flush();
  }

  /**
   * The same for text that is escaped as in a JSON string, but only if it continues the block that is open, and nothing
   * waits behind that; else it returns false and does nothing.
   */
  continueJson(kind: 'text' | 'thinking', textJson: string): boolean {
    const { open, index } = this;
    if (open?.kind !== kind || this.waiting.length > 0) return false;
    open.tail += textJson;
    if (open.tail.length >= settledCharacters) settle(open);
    if (kind === 'text') this.sink.textJson(index, textJson);
    else if (!this.hideThinking) this.sink.thinkingJson(index, textJson);
    return true;
  }

  /** @param json - what `call.json` has grown by */
  tool(call: ToolCall, isNew: boolean, json: string): void {
    const known = isNew
      ? undefined
      : this.all.find((segment) => segment.kind === 'tool' && segment.call === call);
    if (known?.kind === 'tool') known.unwritten += json;
    else this.add({ kind: 'tool', call, unwritten: json, isWritten: false });
    this.flush();
  }

  /**
   * Closes everything that is open or waiting.
   * @param truncated - the answer was cut by a limit, so a tool call may be incomplete
   */
  end(truncated: boolean): void {
    this.flush();
    this.close(truncated);
    for (const segment of this.waiting.splice(0)) {
      if (segment.kind !== 'tool' && segment.unwritten.trim() === '') continue;
      if (segment.kind === 'tool' && segment.call.name === '') {
        if (truncated) continue;
        throw malformed(segment.call);
      }
      this.start(segment);
      this.write(segment);
      this.close(truncated);
    }
  }

  count(): number {
    return this.index + 1;
  }

  /** Values of arguments that were repaired. */
  repairs(): number {
    return this.repaired;
  }

  /** Everything so far, as it was generated. */
  generated(): GeneratedMessage {
    const join = (kind: TextSegment['kind']): string =>
      this.all.map((segment) => (segment.kind === kind ? textOf(segment) : '')).join('');
    return {
      content: join('text'),
      reasoning: join('thinking'),
      calls: this.all.flatMap((segment) => (segment.kind === 'tool' ? [segment.call] : [])),
    };
  }

  private add(segment: Segment): void {
    // To an array that is pushed to V8 gives room for seventeen; most answers are one block or two.
    this.all = this.all.concat(segment);
    this.waiting.push(segment);
  }

  private flush(): void {
    if (this.open) this.write(this.open);
    while (this.waiting.length > 0) {
      const next = this.waiting[0];
      if (next === undefined || !this.isReady(next)) return;
      if (this.open?.kind === 'tool' && !isCompleteJson(this.open.call.json)) return;
      this.close(false);
      this.start(next);
      this.waiting.shift();
      this.write(next);
    }
  }

  /** Blank text opens no block: models put line ends between a thought and a call, and an empty text block is an error to some clients. */
  private isReady(segment: Segment): boolean {
    if (segment.kind === 'tool') return segment.call.name !== '';
    if (segment.unwritten.trim() !== '') return true;
    if (this.waiting.length === 1) return false;
    this.waiting.shift();
    this.flush();
    return false;
  }

  private start(segment: Segment): void {
    this.open = segment;
    this.index += 1;
    if (segment.kind === 'tool') {
      const tool = this.tools?.find(({ function: declared }) => declared.name === segment.call.name);
      if (tool) segment.arguments = createArgumentStream(tool.function.parameters);
    }
    this.sink.blockStart(this.index, toBlock(segment));
  }

  private write(segment: Segment): void {
    if (segment.kind === 'tool') {
      // An object is passed on as it comes; anything else is looked at when it is whole.
      if (!segment.isWritten && !/^\s*\{/.test(segment.unwritten)) return;
      segment.isWritten = true;
      const added = segment.unwritten;
      segment.unwritten = '';
      this.sendArguments(segment.arguments ? segment.arguments.push(added) : added);
      return;
    }
    const piece = segment.unwritten;
    if (piece === '') return;
    settle(segment);
    segment.text += piece;
    segment.unwritten = '';
    if (segment.kind === 'text') this.sink.text(this.index, piece);
    else if (!this.hideThinking) this.sink.thinking(this.index, piece);
  }

  private sendArguments(json: string): void {
    if (json !== '') this.sink.inputJson(this.index, json);
  }

  private close(truncated: boolean): void {
    const { open } = this;
    if (open === undefined) return;
    if (open.kind === 'thinking')
      this.sink.signature(this.index, this.sign(this.hideThinking ? textOf(open) : undefined));
    if (open.kind === 'tool') this.finishTool(open, truncated);
    this.sink.blockStop(this.index);
    this.open = undefined;
  }

  private finishTool(segment: ToolSegment, truncated: boolean): void {
    const { call } = segment;
    if (!segment.isWritten) {
      const input = toObjectText(call.json);
      if (input === undefined && !truncated) throw malformed(call);
      if (input !== undefined && input !== '{}') this.sink.inputJson(this.index, input);
      return;
    }
    this.sendArguments(segment.arguments?.end() ?? '');
    this.repaired += segment.arguments?.repairs() ?? 0;
    if (!truncated && parseModelJson(call.json) === undefined) throw malformed(call);
  }
}

/**
 * V8 keeps what is put together of small pieces as a tree of them, which every garbage collection has to walk; of so many
 * characters at a time it is made one piece.
 */
const settledCharacters = 512;

/** Makes what was written escaped a part of the text. */
function settle(segment: TextSegment): void {
  if (segment.tail === '') return;
  segment.text += JSON.parse(`"${segment.tail}"`) as string;
  segment.tail = '';
}

function textOf(segment: TextSegment): string {
  settle(segment);
  return segment.text + segment.unwritten;
}

function toBlock(segment: Segment): ContentBlock {
  switch (segment.kind) {
    case 'text':
      return { type: 'text', text: '', citations: null };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool': {
      const { call } = segment;
      if (call.id === '') call.id = createId('toolu_');
      return { type: 'tool_use', id: call.id, name: call.name, input: {}, caller: { type: 'direct' } };
    }
    default:
      return segment satisfies never;
  }
}

/** Returns the arguments as the text of an object, or undefined if they are none: `""` and `null` mean no arguments, a string may hold the object. */
function toObjectText(json: string): string | undefined {
  if (json.trim() === '') return '{}';
  const value = parseModelJson(json);
  if (value === null || value === '') return '{}';
  if (typeof value === 'string') return /^\s*\{/.test(value) ? toObjectText(value) : undefined;
  return typeof value === 'object' && !Array.isArray(value) ? json : undefined;
}

function malformed(call: ToolCall): MessagesError {
  return new MessagesError(
    'api_error',
    `The model called ${call.name === '' ? 'a tool without naming it' : `the tool '${call.name}' with arguments that are no JSON object, or nested too deeply`}. Trying again may help; a larger model or a newer chat template makes it rarer.`,
  );
}
