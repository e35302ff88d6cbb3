import type { Activity } from './activity.ts';
import type { ServerStatus, SlotsStatus, UpstreamStatus } from './api.ts';
import type { Health, UpstreamLook, UpstreamProbe } from './upstream-probe.ts';

export interface ServerStatusOptions {
  readonly activity: Activity;
  readonly probe: UpstreamProbe;
  /** Of the upstream, as in the ready line. */
  readonly description: string;
  readonly framework: string;
  readonly inspector: boolean;
}

type Found = Health & { readonly look: UpstreamLook | undefined; readonly checkedAt: number };

const timeoutMs = 2_000;
/** However many pages are open, the upstream is asked once in this time. */
const freshMs = 1_000;

/** Returns a function that resolves with how the server is. It never rejects. */
export function createServerStatus(options: ServerStatusOptions): () => Promise<ServerStatus> {
  const { activity, probe, description, framework, inspector } = options;
  const startedAt = Date.now();
  let last: Promise<Found> | undefined;
  let lastAt = 0;

  async function ask(checkedAt: number): Promise<Found> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const health = await probe.health(signal);
      return { ...health, look: health.health === 'ready' ? await probe.look(signal) : undefined, checkedAt };
    } catch (error) {
      return { health: 'down', problem: toSentence(error), look: undefined, checkedAt };
    }
  }

  return async () => {
    if (last === undefined || Date.now() - lastAt >= freshMs) {
      lastAt = Date.now();
      last = ask(lastAt);
    }
    const { health, problem, look, checkedAt } = await last;
    const current = activity.read();
    const upstream: UpstreamStatus = {
      description,
      health,
      problem,
      version: look?.version,
      models: look?.models ?? [],
      slots: look && toSlots(look, current.running.length - current.queued),
      checkedAt,
    };
    return { now: Date.now(), startedAt, framework, inspector, upstream, ...current };
  };
}

function toSlots({ slots, busySlots }: UpstreamLook, busyHere: number): SlotsStatus | undefined {
  if (slots === undefined) return undefined;
  return busySlots === undefined
    ? { total: slots, busy: Math.min(slots, busyHere), source: 'here' }
    : { total: slots, busy: busySlots, source: 'upstream' };
}

function toSentence(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return 'The model server does not answer in time.';
  return error instanceof Error ? error.message : String(error);
}
