import { llamaServer, openaiCompatible, type Upstream } from '@llama-messages/core';
import { type Health, lookAtModels, type UpstreamProbe } from './upstream-probe.ts';

/** What `GET /props` of llama-server says, as far as it is shown. */
interface Props {
  readonly default_generation_settings?: unknown;
  readonly role?: unknown;
  readonly build_info?: unknown;
}

/** Returns a probe of the model server at a URL; which kind of server it is, is asked each time, since it may be another one. */
export function probeServer(url: string, apiKey: string | undefined): UpstreamProbe {
  const { username, password, host, pathname, protocol } = new URL(url);
  const base = `${protocol}//${host}${pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}`;
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const headers: Record<string, string> = {
    ...(username !== '' && { authorization: `Basic ${credentials.toString('base64')}` }),
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  };
  const asLlamaServer = llamaServer({ url, apiKey });
  const asOther = openaiCompatible({ url, apiKey });

  const get = (path: string, signal: AbortSignal): Promise<Response> =>
    fetch(base + path, { headers, signal });

  /** Undefined if it is no llama-server. */
  async function props(signal: AbortSignal): Promise<Props | undefined> {
    const value = await readJson(await get('/props', signal));
    if (typeof value !== 'object' || value === null) return undefined;
    return 'default_generation_settings' in value || 'role' in value ? value : undefined;
  }

  /** llama-server answers 501 if it was started with `--no-slots`. */
  async function busySlots(signal: AbortSignal): Promise<number | undefined> {
    const slots = await readJson(await get('/slots', signal));
    return Array.isArray(slots) ? slots.filter(isBusy).length : undefined;
  }

  return {
    async health(signal): Promise<Health> {
      try {
        const response = await get('/health', signal);
        await response.body?.cancel();
        // Servers without this route answer 404, which is an answer.
        return response.status === 503
          ? { health: 'loading', problem: `The server at ${host} is loading its model.` }
          : { health: 'ready', problem: undefined };
      } catch (error) {
        const late = error instanceof Error && error.name === 'TimeoutError';
        const problem = late
          ? `The server at ${host} does not answer in time.`
          : `Nothing answers at ${host}: is the model server running?`;
        return { health: 'down', problem };
      }
    },
    async look(signal) {
      const found = await props(signal);
      if (!found) return lookAtModels(asOther, signal);
      const [look, busy] = await Promise.all([lookAtModels(asLlamaServer, signal), busySlots(signal)]);
      const version = typeof found.build_info === 'string' ? found.build_info : undefined;
      return { ...look, version, busySlots: busy };
    },
    async countTokens(chat, signal) {
      const upstream: Upstream = (await props(signal)) ? asLlamaServer : asOther;
      return upstream.countTokens(chat, { signal, requestId: 'inspector' });
    },
  };
}

async function readJson(response: Response): Promise<unknown> {
  if (response.ok) return response.json().catch(() => undefined);
  await response.body?.cancel();
  return undefined;
}

function isBusy(slot: unknown): boolean {
  return typeof slot === 'object' && slot !== null && 'is_processing' in slot && slot.is_processing === true;
}
