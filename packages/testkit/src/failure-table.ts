import type { MessagesOptions } from '@llama-messages/core';
import type { Answer } from './answer.ts';

/** What a client gets, in the order in which it can come. */
export type Outcome =
  /** The whole answer. */
  | { readonly kind: 'answer' }
  /** No answer yet, but `ping` events (streamed) or nothing (unstreamed); the model server stops when the client leaves. */
  | { readonly kind: 'waits' }
  /** A status and an error body. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly type: string;
      readonly message: RegExp;
      readonly retryAfter?: boolean;
    }
  /** `message_start`, blocks of these kinds as far as they came, all closed, then `event: error`. */
  | {
      readonly kind: 'event';
      readonly type: string;
      readonly message: RegExp;
      readonly blocks: readonly ('text' | 'thinking' | 'tool_use')[];
    };

/** What a row does to the model server, for a while. */
export interface Trouble {
  /** Answers of `POST /v1/chat/completions` in order; after them it answers well. */
  readonly answers?: () => readonly Answer[];
  /** Answers of every route. */
  readonly everywhere?: () => Answer;
  /** The port is closed. */
  readonly isDown?: boolean;
  /** Another process takes the port, with another model, after a first good answer. */
  readonly restarts?: boolean;
  readonly options?: Partial<MessagesOptions>;
}

/** One way for a model server to fail, and what clients see of it. */
export interface Failure {
  /** What happens, in a reader's words. */
  readonly what: string;
  readonly trouble: Trouble;
  readonly streamed: Outcome;
  readonly unstreamed: Outcome;
}

/** Failures by when they happen; functions, so that each test gets answers of its own. */
export type FailureGroups = Readonly<Record<string, readonly (() => Failure)[]>>;

/** Returns the table as Markdown. */
export function toFailureTable(groups: FailureGroups): string {
  return Object.entries(groups)
    .map(([phase, rows]) =>
      [
        `## ${phase}`,
        '',
        '| what the model server does | `stream: true` | `stream: false` |',
        '| --- | --- | --- |',
        ...rows.map((row) => {
          const { what, streamed, unstreamed } = row();
          return `| ${what} | ${describeOutcome(streamed, true)} | ${describeOutcome(unstreamed, false)} |`;
        }),
      ].join('\n'),
    )
    .join('\n\n');
}

function describeOutcome(outcome: Outcome, streamed: boolean): string {
  switch (outcome.kind) {
    case 'answer':
      return 'the whole answer';
    case 'waits':
      return `waits${streamed ? ', with `ping` events' : ', with white space after 45 s'}; stopped within a second when the client leaves`;
    case 'status':
      return `${outcome.status} \`${outcome.type}\`: ${said(outcome.message)}${outcome.retryAfter ? ', with `retry-after`' : ''}`;
    case 'event': {
      const blocks =
        outcome.blocks.length > 0
          ? `${outcome.blocks.map((type) => `\`${type}\``).join(', ')} as far as it came`
          : '`message_start`';
      return `${blocks}, then \`event: error\` \`${outcome.type}\`: ${said(outcome.message)}`;
    }
    default:
      return outcome satisfies never;
  }
}

const said = (message: RegExp) => `“${message.source.replace('^', '')}…”`;
