import { countTokens } from './endpoints/count-tokens.ts';
import { createMessage } from './endpoints/create-message.ts';
import type { Endpoint } from './endpoints/endpoint.ts';
import { listModels, retrieveModel } from './endpoints/models.ts';
import { probe } from './endpoints/probes.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'HEAD';
  /** Below the mount point; `:id` at the end stands for the rest, percent-encoded or not. */
  readonly path: string;
  readonly endpoint: Endpoint;
  /** Answered without a key: clients probe before they log in. */
  readonly isPublic?: boolean;
}

/** The one list of what is served; adapters register it, the handler matches it. */
export const routes: readonly Route[] = [
  { method: 'POST', path: '/v1/messages', endpoint: createMessage },
  { method: 'POST', path: '/v1/messages/count_tokens', endpoint: countTokens },
  { method: 'GET', path: '/v1/models', endpoint: listModels },
  { method: 'GET', path: '/v1/models/:id', endpoint: retrieveModel },
  { method: 'HEAD', path: '/', endpoint: probe, isPublic: true },
  { method: 'HEAD', path: '/api/hello', endpoint: probe, isPublic: true },
];

export interface RouteMatch {
  /** Undefined if the path is known and the method is not. */
  readonly route: Route | undefined;
  /** The methods that the path has. */
  readonly allowed: readonly string[];
  /** The decoded `:id` of the path. */
  readonly id: string;
}

/**
 * Returns the route of a path, or undefined if the path is none of ours. A base URL that already ends in `/v1` makes
 * clients ask for `/v1/v1/messages`, which is served too, and a trailing slash does no harm.
 */
export function matchRoute(method: string, path: string): RouteMatch | undefined {
  const plain = `/${path
    .replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/^v1\/v1\//, 'v1/')}`;
  const candidates = routes.filter((route) => matches(route.path, plain));
  const [first] = candidates;
  if (!first) return undefined;
  const route = candidates.find((candidate) => candidate.method === method);
  // The root belongs to the host, but for the probe.
  if (!route && plain === '/') return undefined;
  return {
    route,
    allowed: candidates.map((candidate) => candidate.method),
    id: first.path.endsWith(':id') ? decode(plain.slice(first.path.length - ':id'.length)) : '',
  };
}

function matches(pattern: string, path: string): boolean {
  if (!pattern.endsWith(':id')) return pattern === path;
  const prefix = pattern.slice(0, -':id'.length);
  return path.startsWith(prefix) && path.length > prefix.length;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
