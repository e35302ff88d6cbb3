import { MessagesError } from '../errors.ts';
import type { Upstream, UpstreamCall, UpstreamModel } from '../upstream/upstream.ts';

/** Knows the models of one upstream. */
export interface ModelCatalog {
  /**
   * Returns the upstream's models; asked for once and kept until {@link ModelCatalog.forget}. Now and then it is asked again
   * beside the requests, since a server may have been restarted with another model or window without anybody noticing.
   */
  list(call: UpstreamCall): Promise<readonly UpstreamModel[]>;
  /**
   * Returns the same, for those who ask on behalf of another upstream.
   * @throws MessagesError if the upstream does not answer soon
   */
  listSoon(call: UpstreamCall): Promise<readonly UpstreamModel[]>;
  /** Returns the upstream's model of that name, else its first. */
  resolve(name: string, call: UpstreamCall): Promise<UpstreamModel>;
  /** Returns the model that the options name, with what is known of the upstream's first model if it does not list it. */
  named(id: string, call: UpstreamCall): Promise<UpstreamModel>;
  /** The upstream may have been restarted with another model. */
  forget(): void;
}

/** How old the knowledge may be before it is asked for again, beside the requests. */
const refreshMs = 15_000;
/** How long a server that hangs may keep those waiting who want something of another one. */
const soonMs = 1_000;

export function createModelCatalog(upstream: Upstream): ModelCatalog {
  let known: readonly UpstreamModel[] | undefined;
  let knownAt = 0;
  let asking: { readonly answer: Promise<readonly UpstreamModel[]>; readonly since: number } | undefined;

  async function list(call: UpstreamCall): Promise<readonly UpstreamModel[]> {
    if (!known) return ask(call);
    if (performance.now() - knownAt > refreshMs) ask(call).catch(() => {});
    return known;
  }

  function ask(call: UpstreamCall): Promise<readonly UpstreamModel[]> {
    // Shared by all who wait, so no single client's leaving may end it.
    asking ??= {
      since: performance.now(),
      answer: upstream
        .models({ ...call, signal: new AbortController().signal })
        .then((models) => {
          knownAt = performance.now();
          if (models.length > 0) known = models;
          return models;
        })
        .finally(() => {
          asking = undefined;
        }),
    };
    return asking.answer;
  }

  return {
    list,
    async listSoon(call) {
      const answer = list(call);
      if (known) return answer;
      // Counted from the first who asked: while a server hangs, only they wait.
      return before(answer, soonMs - (performance.now() - (asking?.since ?? 0)));
    },
    async resolve(name, call) {
      const models = await list(call);
      return findModel(models, name) ?? first(models);
    },
    async named(id, call) {
      const models = await list(call);
      return findModel(models, id) ?? { ...first(models), id };
    },
    forget() {
      known = undefined;
    },
  };
}

/** Returns the model of that name, with or without the mark of a long-context variant. */
export function findModel(models: readonly UpstreamModel[], name: string): UpstreamModel | undefined {
  return (
    models.find((model) => model.id === name) ?? models.find((model) => model.id === withoutSuffix(name))
  );
}

/** Claude Code marks its long-context variants, as in `name[1m]`. */
export function withoutSuffix(name: string): string {
  return name.replace(/\[\w+\]$/, '');
}

function first(models: readonly UpstreamModel[]): UpstreamModel {
  const [model] = models;
  if (model) return model;
  throw new MessagesError('overloaded_error', 'The model server has no model loaded', { retryAfter: 5 });
}

async function before<Answer>(answer: Promise<Answer>, ms: number): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new MessagesError('overloaded_error', 'The model server does not answer', {
      upstreamState: 'down',
    });
    timer = setTimeout(() => reject(error), Math.max(ms, 0));
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
