import { defaultUpstream, type ModelMapping, type ModelTarget } from './model-route.ts';

/** The options that say which model answers. */
export interface RoutingOptions {
  readonly upstreams?: Readonly<Record<string, unknown>> | undefined;
  readonly models?: ModelMapping | undefined;
  readonly imageModel?: ModelTarget | undefined;
}

/**
 * Checks everything about routes that can be known at start-up.
 *
 * @throws TypeError that says what to change
 */
export function checkRouting({ upstreams, models, imageModel }: RoutingOptions): void {
  if (upstreams !== undefined && !isRecord(upstreams)) {
    throw new TypeError(
      "options.upstreams must be an object of model servers by name, such as { small: 'http://127.0.0.1:8081' }",
    );
  }
  const names = Object.keys(upstreams ?? {});
  if (names.includes(defaultUpstream)) {
    throw new TypeError(
      `options.upstreams must not have the name '${defaultUpstream}', which stands for options.upstream; choose another`,
    );
  }
  if (imageModel !== undefined) checkTarget('options.imageModel', imageModel, names);
  if (models === undefined || typeof models === 'function') return;
  if (!isRecord(models)) {
    throw new TypeError(
      "options.models must be an object of models by name, such as { '*haiku*': 'qwen3-4b' }, or a function",
    );
  }
  for (const [name, target] of Object.entries(models))
    checkTarget(`options.models['${name}']`, target, names);
}

/**
 * Checks one target, as an option or a function gave it.
 *
 * @throws TypeError that says what to change
 */
export function checkTarget(where: string, target: unknown, upstreams: readonly string[]): void {
  if (typeof target === 'string' && target !== '') return;
  // A promise has no fields, and would pass for the route to the default model.
  if (!isRecord(target) || target instanceof Promise) {
    throw new TypeError(
      `${where} must be the id of a model or an object, such as { model: 'qwen3-4b', upstream: 'small' }, not ${target instanceof Promise ? 'a promise' : JSON.stringify(target)}`,
    );
  }
  for (const [field, value] of Object.entries(target)) {
    const check = Object.hasOwn(checks, field) ? checks[field] : undefined;
    if (!check) {
      throw new TypeError(`${where}.${field} is not known; a route has ${Object.keys(checks).join(', ')}`);
    }
    if (value !== undefined && !check.isRight(value)) {
      throw new TypeError(`${where}.${field} must be ${check.wanted}, not ${JSON.stringify(value)}`);
    }
  }
  const { upstream } = target;
  if (typeof upstream === 'string' && upstream !== defaultUpstream && !upstreams.includes(upstream)) {
    throw new TypeError(
      `${where}.upstream is '${upstream}', which is not in options.upstreams; there is ${[defaultUpstream, ...upstreams].join(', ')}`,
    );
  }
}

interface Check {
  readonly wanted: string;
  readonly isRight: (value: unknown) => boolean;
}

const checks: Readonly<Record<string, Check>> = {
  model: { wanted: 'the id of a model', isRight: (value) => typeof value === 'string' && value !== '' },
  upstream: { wanted: 'a name in options.upstreams', isRight: (value) => typeof value === 'string' },
  contextWindow: { wanted: 'a number of tokens above 0', isRight: (value) => isNumber(value) && value > 0 },
  vision: { wanted: 'true or false', isRight: (value) => typeof value === 'boolean' },
  thinking: { wanted: "'never' or 'always'", isRight: (value) => value === 'never' || value === 'always' },
  sampling: {
    wanted: 'an object of numbers, such as { temperature: 0.7 }',
    isRight: (value) => isRecord(value) && Object.values(value).every(isNumber),
  },
};

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
