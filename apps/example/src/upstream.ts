import { accessSync, constants, statSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Upstream } from '@llama-messages/core';
import { embedded } from '@llama-messages/embedded';
import { isModelReference } from './download/model-reference.ts';
import { hideEngineLog } from './engine-log.ts';
import { Failure } from './failure.ts';
import { startLlamaServer } from './llama-server.ts';
import { usualServer, type AppOptions, type ModelOptions } from './options.ts';
import { showProgress } from './progress.ts';

const demoModel = fileURLToPath(new URL('../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url));

/** What the app puts behind the API. */
export interface ChosenUpstream {
  readonly upstream: string | Upstream;
  readonly upstreamApiKey: string | undefined;
  /** For the ready line. */
  readonly description: string;
  readonly isDemo: boolean;
  /** Ends what the app itself has started. */
  close(): Promise<void>;
}

/**
 * Returns what the options ask for, ready to generate, or the URL of a server whether it is up or not.
 * @throws Failure if a model cannot be run
 */
export async function chooseUpstream(options: AppOptions, signal: AbortSignal): Promise<ChosenUpstream> {
  if (options.upstream !== undefined) return remote(options.upstream, options.upstreamApiKey);
  if (options.model !== undefined) return local(options.model, options.verbose, signal);
  if (await isLlamaServer(usualServer)) return remote(usualServer, process.env['LLAMA_API_KEY']);
  return inProcess(
    { file: demoModel, gpuLayers: '0', contextSize: undefined, parallel: undefined },
    true,
    options.verbose,
  );
}

function remote(url: string, apiKey: string | undefined): ChosenUpstream {
  // The URL may hold a password.
  const { host } = new URL(url);
  return {
    upstream: url,
    upstreamApiKey: apiKey,
    description: `model server at ${host}`,
    isDemo: false,
    close: async () => {},
  };
}

async function local(
  options: ModelOptions,
  isVerbose: boolean,
  signal: AbortSignal,
): Promise<ChosenUpstream> {
  // npm changes to the repository's folder; what is meant is the one that the command was given in.
  const file = isModelReference(options.file)
    ? await (await import('./download/download-model.ts')).downloadModel(options.file, signal)
    : resolve(process.env['INIT_CWD'] ?? '.', options.file);
  const model = { ...options, file };
  if (!statSync(model.file, { throwIfNoEntry: false })?.isFile()) {
    throw new Failure(`There is no model file ${model.file}.`);
  }
  const command = findLlamaServer();
  if (command === undefined) {
    console.error('There is no llama-server on the PATH: the model runs in this process.');
    return inProcess(model, false, isVerbose);
  }
  const name = basename(model.file)
    .replace(/\.gguf$/i, '')
    .replace(/-00001-of-\d+$/, '')
    // llama-server reads a comma as a second name.
    .replaceAll(',', '_');
  const server = await startLlamaServer({ ...model, command, name, verbose: isVerbose, signal });
  return {
    upstream: server.url,
    upstreamApiKey: server.apiKey,
    description: 'llama-server',
    isDemo: false,
    close: () => server.close(),
  };
}

async function inProcess(model: ModelOptions, isDemo: boolean, isVerbose: boolean): Promise<ChosenUpstream> {
  if (!isVerbose) hideEngineLog();
  const progress = showProgress(`Loading ${basename(model.file)} in this process`);
  try {
    const upstream = embedded({
      model: model.file,
      ...(isDemo && { modelId: 'demo-model' }),
      gpuLayers: toGpuLayers(model.gpuLayers),
      onLoadProgress: progress.percent,
      ...(model.contextSize !== undefined && { contextSize: model.contextSize }),
      ...(model.parallel !== undefined && { slots: model.parallel }),
    });
    await upstream.models({ signal: new AbortController().signal, requestId: 'start' });
    return {
      upstream,
      upstreamApiKey: undefined,
      description: 'llama.cpp in process',
      isDemo,
      close: async () => upstream.close?.(),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(`llama.cpp could not run ${model.file}: ${reason}`, { cause: error });
  } finally {
    progress.end();
  }
}

function toGpuLayers(value: string): 'auto' | number {
  if (value === 'auto') return 'auto';
  // More than any model has.
  return value === 'all' ? 999 : Number(value);
}

/** One that is loading its model answers 503 here, and is a llama-server all the same. */
async function isLlamaServer(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) });
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null) return false;
    return ('status' in body && body.status === 'ok') || (response.status === 503 && 'error' in body);
  } catch {
    return false;
  }
}

function findLlamaServer(): string | undefined {
  const named = process.env['LLAMA_SERVER'];
  if (named !== undefined && named !== '') {
    if (isProgram(named)) return named;
    throw new Failure(`LLAMA_SERVER is ${named}, which is not a program that can be run.`);
  }
  const file = process.platform === 'win32' ? 'llama-server.exe' : 'llama-server';
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, file))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
