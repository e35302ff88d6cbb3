import { signal, type Signal } from '@preact/signals';
import type { Problem } from '../api/problem.ts';

/** A picture that goes to the model, already small enough. */
export interface Picture {
  readonly name: string;
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';
  /** Base64. */
  readonly data: string;
}

export interface UserTurn {
  readonly role: 'user';
  readonly id: string;
  readonly text: string;
  readonly pictures: readonly Picture[];
}

/** The answer grows inside of its signal, so that only its own part of the page follows. */
export interface AnswerTurn {
  readonly role: 'answer';
  readonly id: string;
  readonly answer: Signal<Answer>;
}

export type Turn = UserTurn | AnswerTurn;

export interface Answer {
  /** One a request: a second one goes out with the results of tools. */
  readonly steps: readonly Step[];
  readonly state: AnswerState;
}

export type AnswerState =
  | {
      readonly kind: 'running';
      /** Of the request that is under way, by the clock of `performance.now()`. */
      readonly sentAt: number;
      /** Known once the server has begun to answer. */
      readonly requestId: string | undefined;
    }
  | { readonly kind: 'done' | 'stopped' | 'tool-limit' }
  | { readonly kind: 'failed'; readonly problem: Problem };

export interface Step {
  readonly blocks: readonly Block[];
  readonly results: readonly ToolResult[];
  /** Null until the model has ended. */
  readonly stopReason: string | null;
  readonly counts: Counts | undefined;
  readonly times: Times;
  /** Whether the text is the JSON that a schema asked for. */
  readonly structured: boolean;
}

export type Block = TextBlock | ThinkingBlock | ToolUseBlock;

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature: string;
}

export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

export interface ToolResult {
  /** Of the call. */
  readonly id: string;
  readonly text: string;
  readonly isError: boolean;
}

/** Tokens, as the server counts them. */
export interface Counts {
  /** The whole prompt, cached or not. */
  readonly input: number;
  readonly cached: number;
  readonly output: number;
}

export interface Times {
  /** Milliseconds from the request to the first piece of the answer. */
  readonly firstPieceMs: number | undefined;
  /** Milliseconds from the first piece to the last. */
  readonly writingMs: number;
  readonly thinkingMs: number;
  /** Pieces of the answer so far, each about one token. */
  readonly pieces: number;
}

/** The conversation of this tab. */
export const turns = signal<readonly Turn[]>([]);
