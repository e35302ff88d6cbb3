import { MessagesError } from '../errors.ts';
import type { MessagesOptions } from '../options.ts';
import type { UpstreamCall, UpstreamModel } from '../upstream/upstream.ts';
import type { Backend } from './backend.ts';
import { checkTarget } from './check-routing.ts';
import { findModel, withoutSuffix } from './model-catalog.ts';
import type { ModelRequest } from './model-request.ts';
import {
  defaultUpstream,
  type ModelMapping,
  type ModelRoute,
  type ModelTarget,
  toRoute,
  toRoutedModel,
} from './model-route.ts';
import { toPattern } from './name-pattern.ts';

/** What answers a request. */
export interface RoutedModel {
  readonly backend: Backend;
  /** With the route's word in place of the upstream's. */
  readonly model: UpstreamModel;
  readonly route: ModelRoute;
}

/** A name that clients can ask for, and the model that answers for it. */
export interface ListedModel {
  readonly name: string;
  readonly model: UpstreamModel;
}

/** Knows which model of which upstream answers a request. */
export interface ModelRouter {
  /**
   * Returns what answers `request`: what the options say, else the model of that name at whichever upstream has it,
   * else the first model of the default upstream.
   */
  resolve(request: ModelRequest, call: UpstreamCall): Promise<RoutedModel>;
  /**
   * Returns the models of all upstreams and then the exact names of the option `models`, each name once.
   * Upstreams that are down are left out, and so are the names that lead to them.
   *
   * @throws MessagesError if all are down
   */
  list(call: UpstreamCall): Promise<readonly ListedModel[]>;
}

const noRoute: ModelRoute = {};

export function createModelRouter(
  { models, imageModel }: Pick<MessagesOptions, 'models' | 'imageModel'>,
  backends: readonly [Backend, ...Backend[]],
): ModelRouter {
  const [defaultBackend, ...others] = backends;
  const mapRequest = toMapping(
    models,
    others.map(({ name }) => name),
  );
  const imageRoute = imageModel === undefined ? undefined : toRoute(imageModel);

  function backendOf({ upstream = defaultUpstream }: ModelRoute): Backend {
    return backends.find(({ name }) => name === upstream) ?? defaultBackend;
  }

  async function follow(route: ModelRoute, name: string, call: UpstreamCall): Promise<RoutedModel> {
    const backend = backendOf(route);
    const model = await (route.model === undefined
      ? backend.catalog.resolve(name, call)
      : backend.catalog.named(route.model, call));
    return { backend, model: toRoutedModel(model, route), route };
  }

  /** A name without a route is the id of a model somewhere, or anything. */
  async function find(name: string, call: UpstreamCall): Promise<RoutedModel> {
    const backend = others.length === 0 ? defaultBackend : await holderOf(name, call);
    return { backend, model: await backend.catalog.resolve(name, call), route: noRoute };
  }

  async function holderOf(name: string, call: UpstreamCall): Promise<Backend> {
    const has = async ({ catalog }: Backend): Promise<boolean> => {
      try {
        return findModel(await catalog.listSoon(call), name) !== undefined;
      } catch {
        return false;
      }
    };
    if (await has(defaultBackend)) return defaultBackend;
    const found = await Promise.all(others.map(has));
    return others[found.indexOf(true)] ?? defaultBackend;
  }

  async function choose(request: ModelRequest, call: UpstreamCall): Promise<RoutedModel> {
    const route = mapRequest(request);
    return route ? follow(route, request.model, call) : find(request.model, call);
  }

  return {
    async resolve(request, call) {
      const chosen = await choose(request, call);
      if (!imageRoute || chosen.model.vision !== false || !request.hasImages) return chosen;
      const seeing = await follow(imageRoute, request.model, call);
      return seeing.model.vision === false ? chosen : seeing;
    },

    async list(call) {
      const lists = await Promise.allSettled(
        backends.map(({ catalog }) => (others.length === 0 ? catalog.list(call) : catalog.listSoon(call))),
      );
      const failures = lists.filter((result) => result.status === 'rejected');
      if (failures[0] && failures.length === lists.length) throw failures[0].reason;
      const listed = new Map<string, UpstreamModel>();
      for (const result of lists) {
        if (result.status === 'rejected') continue;
        for (const model of result.value) if (!listed.has(model.id)) listed.set(model.id, model);
      }
      for (const [name, target] of aliasesOf(models)) {
        const route = toRoute(target);
        const answered = lists[backends.indexOf(backendOf(route))];
        if (answered?.status !== 'fulfilled' || answered.value.length === 0) continue;
        listed.set(name, (await follow(route, name, call)).model);
      }
      return Array.from(listed, ([name, model]) => ({ name, model }));
    },
  };
}

function aliasesOf(models: ModelMapping | undefined): [string, ModelTarget][] {
  if (models === undefined || typeof models === 'function') return [];
  return Object.entries(models).filter(([name]) => !name.includes('*'));
}

function toMapping(
  models: ModelMapping | undefined,
  upstreams: readonly string[],
): (request: ModelRequest) => ModelRoute | undefined {
  if (models === undefined) return () => undefined;
  if (typeof models === 'function') return (request) => callMapping(models, request, upstreams);
  const exact = new Map(Object.entries(models).map(([name, target]) => [name, toRoute(target)]));
  const rules = Array.from(exact, ([name, route]) => ({ pattern: toPattern(name), route }));
  return ({ model }) => {
    const plain = withoutSuffix(model);
    return (
      exact.get(model) ??
      exact.get(plain) ??
      rules.find(({ pattern }) => pattern.test(model) || pattern.test(plain))?.route
    );
  };
}

function callMapping(
  models: Extract<ModelMapping, (request: ModelRequest) => unknown>,
  request: ModelRequest,
  upstreams: readonly string[],
): ModelRoute | undefined {
  try {
    const target = models(request);
    if (target === undefined) return undefined;
    checkTarget('What options.models returned', target, upstreams);
    return toRoute(target);
  } catch (cause) {
    if (MessagesError.is(cause)) throw cause;
    // The log says what is wrong with it.
    throw new MessagesError('api_error', 'The server could not choose a model for this request', { cause });
  }
}
