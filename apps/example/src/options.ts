import { notEmpty, parseCommandLine, toHttpUrl, toInteger, toOneOf } from './command-line.ts';
import { isModelReference, toModelReference } from './download/model-reference.ts';
import { Failure } from './failure.ts';
import { isLoopback } from './loopback.ts';

/** Where a llama-server listens if nobody says otherwise. */
export const usualServer = 'http://127.0.0.1:8080';

export const frameworks = ['express', 'fastify', 'nestjs'] as const;
export type Framework = (typeof frameworks)[number];

/** How a model file is run. */
export interface ModelOptions {
  /** A path, or `hf:OWNER/REPO[:FILE]`. */
  readonly file: string;
  /** A number of layers, `auto` or `all`. */
  readonly gpuLayers: string;
  /** Tokens; the model's own if left out. */
  readonly contextSize: number | undefined;
  readonly parallel: number | undefined;
}

export interface AppOptions {
  readonly framework: Framework;
  readonly host: string;
  readonly port: number;
  /** The URL of a model server that somebody else runs. */
  readonly upstream: string | undefined;
  readonly upstreamApiKey: string | undefined;
  readonly model: ModelOptions | undefined;
  /** Nobody needs a key if there is none. */
  readonly apiKeys: readonly string[];
  /** The web page. */
  readonly ui: boolean;
  /** Keep what clients send and get, and show it on the page. */
  readonly inspect: boolean;
  readonly verbose: boolean;
}

export const usage = `Usage: npm start -- [options]          serve the Messages API
       npm start -- doctor [options]   check a model server, and say what to change
       npm start -- env [options]      print the settings of Claude Code and other clients

What generates (without any of these: a llama-server on 127.0.0.1:8080 if there is one, else a small demo model):
  --upstream URL          a running llama-server, or any OpenAI-compatible server
  --upstream-api-key KEY  the key that this server wants
  --model FILE.gguf       start llama-server with this file (the one on the PATH, or the one that the
                          environment variable LLAMA_SERVER names; without one it runs in this process)
  --model hf:OWNER/REPO[:FILE]
                          the same with a model of Hugging Face, which is downloaded once, into the cache of all of
                          its tools (HF_HOME); FILE may be a quantisation (default: Q4_K_M, if there is one)
    --gpu-layers N        layers on the GPU: a number, auto or all (default: auto)
    --context-size N      tokens of prompt and answer together (default: the model's, as far as memory goes)
    --parallel N          requests that are answered at the same time (default: llama-server's)
                          everything else: llama-server's own LLAMA_ARG_... variables

What serves:
  --framework NAME        ${frameworks.join(', ')} (default: fastify)
  --port N                default: 8787
  --host HOST             default: 127.0.0.1, this machine only
  --api-key KEY           a key that clients must send; may be given more than once (default: no key needed)
  --inspect               keep the last requests and answers in memory, and show them on the web page
  --no-ui                 serve the API alone, without the web page at /

  --verbose               show the log of llama-server or llama.cpp
  --help                  show this
`;

const appOptions = {
  framework: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  upstream: { type: 'string' },
  'upstream-api-key': { type: 'string' },
  model: { type: 'string' },
  'gpu-layers': { type: 'string' },
  'context-size': { type: 'string' },
  parallel: { type: 'string' },
  'api-key': { type: 'string', multiple: true },
  inspect: { type: 'boolean' },
  'no-ui': { type: 'boolean' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Returns what the command line asks for, or `help`.
 * @throws Failure that names the option that is wrong
 */
export function parseOptions(args: readonly string[]): AppOptions | 'help' {
  const values = parseCommandLine(args, appOptions);
  if (values.help === true) return 'help';
  const { upstream, model } = values;
  if (upstream !== undefined && model !== undefined) {
    throw new Failure('--upstream and --model exclude each other: a server that runs, or a file to run.');
  }
  if (model === undefined) {
    for (const name of ['gpu-layers', 'context-size', 'parallel'] as const) {
      if (values[name] !== undefined) throw new Failure(`--${name} needs --model FILE.gguf.`);
    }
  }
  if (upstream === undefined && values['upstream-api-key'] !== undefined) {
    throw new Failure('--upstream-api-key needs --upstream URL.');
  }
  const host = notEmpty('host', values.host ?? '127.0.0.1');
  const apiKeys = (values['api-key'] ?? []).map((key) => notEmpty('api-key', key));
  const inspect = values.inspect === true;
  const ui = values['no-ui'] !== true;
  if (inspect && !ui) throw new Failure('--inspect shows requests on the web page: leave out --no-ui.');
  if (inspect && !isLoopback(host) && apiKeys.length === 0) {
    throw new Failure(
      `--inspect shows what everybody asks, and --host ${host} lets others in: add --api-key KEY, or leave out --host.`,
    );
  }
  return {
    framework: toOneOf('framework', frameworks, values.framework ?? 'fastify'),
    host,
    port: toInteger('port', values.port ?? '8787', 0, 65_535),
    upstream: upstream === undefined ? undefined : toHttpUrl('upstream', upstream, usualServer),
    upstreamApiKey: values['upstream-api-key'],
    model:
      model === undefined
        ? undefined
        : {
            file: toModel(model),
            gpuLayers: toGpuLayers(values['gpu-layers'] ?? 'auto'),
            contextSize: optionalInteger('context-size', values['context-size']),
            parallel: optionalInteger('parallel', values.parallel),
          },
    apiKeys,
    ui,
    inspect,
    verbose: values.verbose === true,
  };
}

function toModel(value: string): string {
  if (isModelReference(value)) toModelReference(value);
  return notEmpty('model', value);
}

function toGpuLayers(value: string): string {
  if (value === 'auto' || value === 'all' || /^\d+$/.test(value)) return value;
  throw new Failure(`--gpu-layers must be a number, auto or all, not ${value}.`);
}

function optionalInteger(name: string, value: string | undefined): number | undefined {
  return value === undefined ? undefined : toInteger(name, value, 1);
}
