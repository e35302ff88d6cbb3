import { readFileSync } from 'node:fs';

/** The parts of a recorded stream of llama-server, to make streams of any length of the same bytes. */
export interface RecordedStream {
  /** Events of a prompt that is being read; `processed` of `total` tokens. */
  progress(id: string, processed: number, total: number): string;
  /** The event in front of the first token, which leaves in one write with it. */
  begin(id: string): string;
  /** What stands behind the text in an event of a token; the same for all tokens of a stream. */
  afterToken(id: string): string;
  /** The finish reason, then the usage. */
  end(id: string): string;
}

/** What stands in front of a token's text. */
export const beforeToken = 'data: {"choices":[{"finish_reason":null,"index":0,"delta":{"content":';
export const done = 'data: [DONE]\n\n';

const fixtures = new URL('../../../testkit/fixtures/llama-server/', import.meta.url);

/**
 * Returns the parts of the recording that fits a request: with `verbose` llama-server says more behind the finish
 * reason.
 */
export function loadRecordedStream(verbose: boolean): RecordedStream {
  const events = recordedEvents(verbose ? 'text-verbose' : 'text');
  const progress = recordedEvents('text').find((event) => event.includes('"prompt_progress"'));
  const begin = events.find(
    (event) => event.includes('"content":null') && !event.includes('prompt_progress'),
  );
  const token = events.find((event) => event.startsWith(`${beforeToken}"`));
  const finish = events.find((event) => event.includes('"finish_reason":"stop"'));
  const usage = events.find((event) => event.includes('"choices":[]'));
  const recordedId = /"id":"(chatcmpl-\w+)"/;
  if (!progress || !begin || !token || !finish || !usage || events.at(-1) !== done) {
    throw new Error('The recorded stream of the testkit is not as it was: see upstream/recorded-stream.ts');
  }
  const afterText = token.slice(token.indexOf('}}]'));
  const withId = (event: string, id: string) => event.replace(recordedId, `"id":"${id}"`);
  return {
    progress: (id, processed, total) =>
      withId(progress, id).replace(
        /"prompt_progress":\{[^}]*\}/,
        `"prompt_progress":{"total":${total},"cache":0,"processed":${processed},"time_ms":0}`,
      ),
    begin: (id) => withId(begin, id),
    afterToken: (id) => withId(afterText, id),
    end: (id) => withId(finish, id) + withId(usage, id),
  };
}

function recordedEvents(name: string): string[] {
  const reads = readFileSync(new URL(`${name}/reads.jsonl`, fixtures), 'utf8')
    .trim()
    .split('\n');
  return reads
    .map((line) => JSON.parse(line) as string)
    .join('')
    .split(/(?<=\n\n)/);
}
