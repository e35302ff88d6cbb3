import { dig, type Connection } from './connection.ts';

/** How one kind of server is set, in the words of its own command line. */
export interface ServerKind {
  /** As core calls it. */
  readonly name: string;
  readonly moreContext: (tokens: number, slots: number | undefined) => string;
  readonly tools: string;
  readonly thinking: string;
  readonly prefixCache: string;
  readonly vision: string;
  /** Where it tells its version. */
  readonly version?: { readonly path: string; readonly field: string };
  /** Where it tells the context window, if not in `/v1/models`. */
  readonly window?: { readonly path: string; readonly list: string; readonly field: string };
}

const anyKind: Omit<ServerKind, 'name'> = {
  moreContext: (tokens) => `Start the server with a context window of ${tokens} tokens or more.`,
  tools: 'See in its documentation how tool calls are turned on, and take a model that is trained for tools.',
  thinking: 'See in its documentation how thoughts are parsed into reasoning_content.',
  prefixCache: 'See in its documentation how prompts are cached.',
  vision: 'Take a model that sees.',
};

const llamaServer: ServerKind = {
  name: 'llama-server',
  moreContext: (tokens, slots = 1) =>
    slots > 1
      ? `Start llama-server with -np 1 -c ${tokens}, or -np ${slots} -c ${tokens * slots}: the slots share what -c says.`
      : `Start llama-server with -c ${tokens}.`,
  tools:
    'Start llama-server with --jinja (and not --no-jinja), with a newer llama.cpp, or with the chat template that the makers of the model publish: --chat-template-file FILE.',
  thinking: 'Start llama-server with --jinja, and without --reasoning-format none.',
  prefixCache:
    'Do not start it with --no-cache-prompt. A model with a recurrent or sliding window wants --ctx-checkpoints 32 or --swa-full, and a newer llama.cpp.',
  vision: 'Start llama-server with --mmproj FILE.gguf, the projector that belongs to the model.',
};

const kinds: readonly ServerKind[] = [
  llamaServer,
  {
    ...anyKind,
    name: 'vLLM',
    moreContext: (tokens) => `Start vLLM with --max-model-len ${tokens}.`,
    tools: 'Start vLLM with --enable-auto-tool-choice and the --tool-call-parser that belongs to the model.',
    thinking: 'Start vLLM with the --reasoning-parser that belongs to the model.',
    prefixCache:
      'Start vLLM with --enable-prefix-caching, and with --enable-prompt-tokens-details for it to tell.',
    version: { path: '/version', field: 'version' },
  },
  {
    ...anyKind,
    name: 'SGLang',
    moreContext: (tokens) => `Start SGLang with --context-length ${tokens}.`,
    tools: 'Start SGLang with the --tool-call-parser that belongs to the model.',
    thinking: 'Start SGLang with the --reasoning-parser that belongs to the model.',
    prefixCache: 'Start SGLang without --disable-radix-cache, and with --enable-cache-report for it to tell.',
    version: { path: '/get_server_info', field: 'version' },
  },
  {
    ...anyKind,
    name: 'Ollama',
    moreContext: (tokens) =>
      `Start Ollama with OLLAMA_CONTEXT_LENGTH=${tokens}: what does not fit it leaves out without a word.`,
    tools: 'Take a model with "tools" among its capabilities: ollama show MODEL.',
    version: { path: '/api/version', field: 'version' },
    window: { path: '/api/ps', list: 'models', field: 'context_length' },
  },
  {
    ...anyKind,
    name: 'LM Studio',
    moreContext: (tokens) => `Load the model with more context: lms load MODEL --context-length ${tokens}.`,
    tools: 'Take a model with native tool use.',
    window: { path: '/api/v0/models', list: 'data', field: 'loaded_context_length' },
  },
];

/** Returns how the server that core calls `name` is set. */
export function toServerKind(name: string): ServerKind {
  return kinds.find((kind) => kind.name === name) ?? { ...anyKind, name };
}

/** Resolves with the server's version as it calls it itself, if it does. */
export async function askVersion(
  kind: ServerKind,
  connection: Connection,
  props: unknown,
): Promise<string | undefined> {
  const build = dig(props, 'build_info');
  if (typeof build === 'string') return build;
  if (!kind.version) return undefined;
  const { json } = await connection.get(kind.version.path, AbortSignal.timeout(5_000)).catch(() => ({
    json: undefined,
  }));
  const version = dig(json, kind.version.field);
  return typeof version === 'string' ? version : undefined;
}

/** Resolves with the context window of the model that is loaded, where the server tells it somewhere of its own. */
export async function askWindow(kind: ServerKind, connection: Connection): Promise<number | undefined> {
  if (!kind.window) return undefined;
  const { path, list, field } = kind.window;
  const { json } = await connection.get(path, AbortSignal.timeout(5_000)).catch(() => ({ json: undefined }));
  const models = dig(json, list);
  if (!Array.isArray(models)) return undefined;
  return models
    .map((model) => dig(model, field))
    .find((value): value is number => typeof value === 'number' && value > 0);
}
