import { MessagesError } from '../errors.ts';
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
  /** Returns the schema that the client gave a tool; arguments of a wrong JSON type are repaired by it. */
  readonly schemaOf?: ((toolName: string) => Record<string, unknown> | undefined) | undefined;
  /** Returns the signature that closes a thinking block. */
  readonly sign: (hiddenThinking: string | undefined) => string;
}

export interface BlockWriter {
  text(text: string): void;
  thinking(text: string): void;
  /**
   * The same for text that is escaped as in a JSON string, but only if it continues the block that is open, and nothing
   * waits behind that; else it returns false and does nothing.
   */
  continueJson(kind: 'text' | 'thinking', textJson: string): boolean;
  /** @param json - what `call.json` has grown by */
  tool(call: ToolCall, isNew: boolean, json: string): void;
  /**
   * Closes everything that is open or waiting.
   * @param truncated - the answer was cut by a limit, so a tool call may be incomplete
   */
  end(truncated: boolean): void;
  count(): number;
  /** Values of arguments that were repaired. */
  repairs(): number;
  /** Everything so far, as it was generated. */
  generated(): GeneratedMessage;
}

/** An answer as the model generated it, with the ids that the client was sent. */
export interface GeneratedMessage {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
}

/**
 * Returns a writer that turns content in any order into blocks that follow one another: exactly one block is open
 * at a time. A text or thinking block closes as soon as something else arrives. A tool call closes only when its
 * arguments are whole; until then later content waits behind it, so that parallel calls whose deltas
 * interleave are neither mixed nor lost.
 */
export function createBlockWriter(sink: MessageSink, options: BlockWriterOptions): BlockWriter {
  const all: Segment[] = [];
  const waiting: Segment[] = [];
  let open: Segment | undefined;
  let index = -1;
  let repairs = 0;

  function append(kind: 'text' | 'thinking', text: string): void {
    const last = waiting.at(-1) ?? open;
    if (last?.kind === kind) last.unwritten += text;
    else add({ kind, text: '', tail: '', unwritten: text });
    flush();
  }

  function settle(segment: TextSegment): void {
    if (segment.tail === '') return;
    segment.text += JSON.parse(`"${segment.tail}"`) as string;
    segment.tail = '';
  }

  function textOf(segment: TextSegment): string {
    settle(segment);
    return segment.text + segment.unwritten;
  }

  function add(segment: Segment): void {
    all.push(segment);
    waiting.push(segment);
  }

  function flush(): void {
    if (open) write(open);
    while (waiting.length > 0) {
      const next = waiting[0];
      if (next === undefined || !isReady(next)) return;
      if (open?.kind === 'tool' && !isCompleteJson(open.call.json)) return;
      close(false);
      start(next);
      waiting.shift();
      write(next);
    }
  }

  /** Blank text opens no block: models put line ends between a thought and a call, and an empty text block is an error to some clients. */
  function isReady(segment: Segment): boolean {
    if (segment.kind === 'tool') return segment.call.name !== '';
    if (segment.unwritten.trim() !== '') return true;
    if (waiting.length === 1) return false;
    waiting.shift();
    flush();
    return false;
  }

  function start(segment: Segment): void {
    open = segment;
    index += 1;
    if (segment.kind === 'tool') {
      const schema = options.schemaOf?.(segment.call.name);
      if (schema) segment.arguments = createArgumentStream(schema);
    }
    sink.blockStart(index, toBlock(segment));
  }

  function write(segment: Segment): void {
    if (segment.kind === 'tool') {
      // An object is passed on as it comes; anything else is looked at when it is whole.
      if (!segment.isWritten && !/^\s*\{/.test(segment.unwritten)) return;
      segment.isWritten = true;
      const added = segment.unwritten;
      segment.unwritten = '';
      sendArguments(segment.arguments ? segment.arguments.push(added) : added);
      return;
    }
    const piece = segment.unwritten;
    if (piece === '') return;
    settle(segment);
    segment.text += piece;
    segment.unwritten = '';
    if (segment.kind === 'text') sink.text(index, piece);
    else if (!options.hideThinking) sink.thinking(index, piece);
  }

  function sendArguments(json: string): void {
    if (json !== '') sink.inputJson(index, json);
  }

  function close(truncated: boolean): void {
    if (open === undefined) return;
    if (open.kind === 'thinking')
      sink.signature(index, options.sign(options.hideThinking ? textOf(open) : undefined));
    if (open.kind === 'tool') finishTool(open, truncated);
    sink.blockStop(index);
    open = undefined;
  }

  function finishTool(segment: ToolSegment, truncated: boolean): void {
    const { call } = segment;
    if (!segment.isWritten) {
      const input = toObjectText(call.json);
      if (input === undefined && !truncated) throw malformed(call);
      if (input !== undefined && input !== '{}') sink.inputJson(index, input);
      return;
    }
    sendArguments(segment.arguments?.end() ?? '');
    repairs += segment.arguments?.repairs() ?? 0;
    if (!truncated && !isCompleteJson(call.json)) throw malformed(call);
  }

  return {
    text: (text) => append('text', text),
    thinking: (text) => append('thinking', text),
    continueJson(kind, textJson) {
      if (open?.kind !== kind || waiting.length > 0) return false;
      open.tail += textJson;
      if (kind === 'text') sink.textJson(index, textJson);
      else if (!options.hideThinking) sink.thinkingJson(index, textJson);
      return true;
    },
    tool(call, isNew, json) {
      const known = isNew
        ? undefined
        : all.find((segment) => segment.kind === 'tool' && segment.call === call);
      if (known?.kind === 'tool') known.unwritten += json;
      else add({ kind: 'tool', call, unwritten: json, isWritten: false });
      flush();
    },
    end(truncated) {
      flush();
      close(truncated);
      for (const segment of waiting.splice(0)) {
        if (segment.kind !== 'tool' && segment.unwritten.trim() === '') continue;
        if (segment.kind === 'tool' && segment.call.name === '') {
          if (truncated) continue;
          throw malformed(segment.call);
        }
        start(segment);
        write(segment);
        close(truncated);
      }
    },
    count: () => index + 1,
    repairs: () => repairs,
    generated() {
      const join = (kind: TextSegment['kind']): string =>
        all.map((segment) => (segment.kind === kind ? textOf(segment) : '')).join('');
      return {
        content: join('text'),
        reasoning: join('thinking'),
        calls: all.flatMap((segment) => (segment.kind === 'tool' ? [segment.call] : [])),
      };
    },
  };
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
  try {
    const value: unknown = JSON.parse(json);
    if (value === null || value === '') return '{}';
    if (typeof value === 'string') return /^\s*\{/.test(value) ? toObjectText(value) : undefined;
    return typeof value === 'object' && !Array.isArray(value) ? json : undefined;
  } catch {
    return undefined;
  }
}

function malformed(call: ToolCall): MessagesError {
  return new MessagesError(
    'api_error',
    `The model called ${call.name === '' ? 'a tool without naming it' : `the tool '${call.name}' with arguments that are not a JSON object`}. Trying again may help; a larger model or a newer chat template makes it rarer.`,
  );
}
