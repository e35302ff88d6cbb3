import { MessagesError } from './errors.ts';
import type { MessagesOptions } from './options.ts';
import type { Upstream, UpstreamCall, UpstreamModel } from './upstream/upstream.ts';

/** Knows the upstream's models, and which of them answers for a requested name. */
export interface ModelCatalog {
  /** Returns the upstream's models; asked for once and kept until {@link ModelCatalog.forget}. */
  list(call: UpstreamCall): Promise<readonly UpstreamModel[]>;
  /** Returns the model that answers for `name`: what the options say, the upstream's model of that name, or its first. */
  resolve(name: string, call: UpstreamCall): Promise<UpstreamModel>;
  /** The upstream may have been restarted with another model. */
  forget(): void;
}

export function createModelCatalog(upstream: Upstream, mapping: MessagesOptions['models']): ModelCatalog {
  const mapName = toMapping(mapping);
  let known: readonly UpstreamModel[] | undefined;
  let asking: Promise<readonly UpstreamModel[]> | undefined;

  async function list(call: UpstreamCall): Promise<readonly UpstreamModel[]> {
    if (known) return known;
    // Shared by all who wait, so no single client's leaving may end it.
    asking ??= upstream
      .models({ ...call, signal: new AbortController().signal })
      .then((models) => {
        if (models.length > 0) known = models;
        return models;
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  }

  return {
    list,
    async resolve(name, call) {
      const models = await list(call);
      const wanted = mapName(name) ?? mapName(withoutSuffix(name)) ?? name;
      const found =
        models.find((model) => model.id === wanted) ??
        models.find((model) => model.id === withoutSuffix(wanted));
      const answer = found ?? (wanted === name ? models[0] : { ...models[0], id: wanted });
      if (!answer)
        throw new MessagesError('overloaded_error', 'The model server has no model loaded', {
          retryAfter: 5,
        });
      return answer;
    },
    forget() {
      known = undefined;
    },
  };
}

/** Claude Code marks its long-context variants, as in `name[1m]`. */
function withoutSuffix(name: string): string {
  return name.replace(/\[\w+\]$/, '');
}

function toMapping(mapping: MessagesOptions['models']): (name: string) => string | undefined {
  if (mapping === undefined) return () => undefined;
  if (typeof mapping === 'function') return mapping;
  const rules = Object.entries(mapping).map(([pattern, model]) => ({ pattern: toPattern(pattern), model }));
  return (name) => mapping[name] ?? rules.find((rule) => rule.pattern.test(name))?.model;
}

/** Returns a pattern of names with `*` for any characters. */
export function toPattern(pattern: string): RegExp {
  const escaped = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${escaped.join('.*')}$`);
}
