import type { HandlerRequest, HandlerResponse } from '../http.ts';
import type { ModelCatalog } from '../model-catalog.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Upstream, UpstreamCall } from '../upstream/upstream.ts';

/** What an endpoint works with. */
export interface EndpointContext {
  readonly request: HandlerRequest;
  readonly requestId: string;
  /** The `:id` of the path, decoded. */
  readonly id: string;
  readonly upstream: Upstream;
  readonly catalog: ModelCatalog;
  readonly options: ResolvedOptions;
  readonly call: UpstreamCall;
}

/** Answers one route; what it throws becomes the error response. The handler adds `request-id`. */
export type Endpoint = (context: EndpointContext) => Promise<HandlerResponse>;

/** Returns a JSON response. */
export function json(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HandlerResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
