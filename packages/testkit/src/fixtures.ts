import { existsSync, readdirSync, readFileSync } from 'node:fs';

const fixtures = new URL('../fixtures/', import.meta.url);

/** One recorded answer of a real llama-server. */
export interface LlamaServerFixture {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
  readonly status: number;
  readonly contentType: string;
  /** One string per network read, boundaries as they came; empty for an unstreamed answer. */
  readonly reads: readonly string[];
  /** An unstreamed answer. */
  readonly body: string | undefined;
}

/** One recorded request of a real client. */
export interface ClientRequestFixture {
  /** `client/scenario/file`, without the extension. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What a Messages request becomes when the recorded answer of the same name is the upstream's. */
export interface ExpectedFixture {
  /** The client's request, without `stream`. */
  readonly request: Record<string, unknown>;
  /** As {@link normalizeMessage} leaves it. */
  readonly message: unknown;
  /** As {@link normalizeEvents} leaves them. */
  readonly events: readonly unknown[];
}

const readText = (path: string) => readFileSync(new URL(path, fixtures), 'utf8');
const readJson = (path: string): unknown => JSON.parse(readText(path));

/** Returns a recorded answer by the name of its folder. */
export function loadFixture(name: string): LlamaServerFixture {
  const folder = `llama-server/${name}`;
  const response = readJson(`${folder}/response.json`) as { status: number; 'content-type': string };
  const hasReads = existsSync(new URL(`${folder}/reads.jsonl`, fixtures));
  return {
    name,
    request: readJson(`${folder}/request.json`) as LlamaServerFixture['request'],
    status: response.status,
    contentType: response['content-type'],
    reads: hasReads
      ? readText(`${folder}/reads.jsonl`)
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as string)
      : [],
    body: existsSync(new URL(`${folder}/body.json`, fixtures)) ? readText(`${folder}/body.json`) : undefined,
  };
}

/** Names of the recorded answers that have an expected Messages answer beside them. */
export const expectedFixtureNames: readonly string[] = readdirSync(new URL('expected/', fixtures))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length));

/** Returns what the recorded answer `name` must become. */
export function loadExpected(name: string): ExpectedFixture {
  return readJson(`expected/${name}.json`) as ExpectedFixture;
}

/** Returns every recorded request of real clients, in the order of their names. */
export function loadClientRequests(): readonly ClientRequestFixture[] {
  return readdirSync(new URL('clients/', fixtures), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.json'))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map((path) => ({
      ...(readJson(`clients/${path}`) as Omit<ClientRequestFixture, 'name'>),
      name: path.slice(0, -'.json'.length),
    }));
}

/** Returns the text as bytes, one read per byte: every multi-byte character and every line ending is cut. */
export function cutAtEveryByte(text: string): Uint8Array[] {
  return Array.from(new TextEncoder().encode(text), (byte) => Uint8Array.of(byte));
}

/** Returns the text as bytes, cut at places that depend on `seed` alone; reads are 1 to 60 bytes long. */
export function cutAtRandom(text: string, seed: number): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const reads: Uint8Array[] = [];
  let state = seed;
  for (let start = 0; start < bytes.length;) {
    // A linear congruential generator: enough to scatter cuts, and the same everywhere.
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const end = start + 1 + (state % 60);
    reads.push(bytes.subarray(start, end));
    start = end;
  }
  return reads;
}

/** Returns the same server-sent events with CRLF line ends, which the standard allows and some servers send. */
export function withCrlf(text: string): string {
  return text.replaceAll('\n', '\r\n');
}
