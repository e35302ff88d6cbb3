import { httpClient as platformClient } from '#http-client';
import { MessagesError } from '../errors.ts';
import { createApiClient } from './api-client.ts';
import type { OpenaiServer } from './dialects.ts';
import type { HttpClient } from './http-client.ts';
import { llamaServer } from './llama-server.ts';
import { openaiCompatible } from './openai-compatible.ts';
import type { Upstream, UpstreamCall } from './upstream.ts';

export interface DetectUpstreamOptions {
  readonly url: string | URL;
  readonly apiKey?: string | undefined;
  readonly httpClient?: HttpClient | undefined;
}

/**
 * Returns an upstream that finds out on first use which server answers at a URL, by asking it, and stays with
 * that; a server that is down or still loading is asked again next time.
 */
export function detectUpstream(options: DetectUpstreamOptions): Upstream {
  const api = createApiClient({ ...options, httpClient: options.httpClient ?? platformClient });
  let found: Upstream | undefined;
  let asking: Promise<Upstream> | undefined;

  async function ask(): Promise<Upstream> {
    // Not tied to one call: others may wait for the same answer.
    const call: UpstreamCall = { signal: new AbortController().signal, requestId: 'detect' };
    if (await isLlamaServer(api.json('GET', '/props', undefined, call))) return llamaServer(options);
    const list = (await api.json('GET', '/v1/models', undefined, call)) as {
      data?: { owned_by?: unknown }[] | null;
    };
    const owner = list.data?.[0]?.owned_by;
    return openaiCompatible({
      ...options,
      server: (typeof owner === 'string' && serverOf[owner]) || 'openai',
    });
  }

  async function resolve(): Promise<Upstream> {
    if (found) return found;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    found = await asking;
    return found;
  }

  return {
    get name() {
      return found?.name ?? 'model server';
    },
    get traits() {
      return found?.traits ?? {};
    },
    stream: (request, call) =>
      found ? found.stream(request, call) : resolve().then((upstream) => upstream.stream(request, call)),
    countTokens: async (request, call) => (await resolve()).countTokens(request, call),
    models: async (call) => (await resolve()).models(call),
  };
}

/** `owned_by` of the models in `/v1/models`. */
const serverOf: Readonly<Record<string, OpenaiServer | undefined>> = {
  vllm: 'vllm',
  sglang: 'sglang',
  library: 'ollama',
  organization_owner: 'lmstudio',
};

async function isLlamaServer(props: Promise<unknown>): Promise<boolean> {
  try {
    const value = await props;
    return (
      typeof value === 'object' &&
      value !== null &&
      ('default_generation_settings' in value || 'role' in value)
    );
  } catch (error) {
    // 404 and the like: some other server. Down, loading, or a refused key would fail the next question too.
    if (MessagesError.is(error) && (error.type === 'overloaded_error' || error.type === 'timeout_error'))
      throw error;
    return false;
  }
}
