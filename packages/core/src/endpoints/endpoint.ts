import type { HandlerRequest, HandlerResponse } from '../http.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Services } from '../services.ts';
import type { UpstreamCall } from '../upstream/upstream.ts';
import type { Owner } from '../auth.ts';

/** What an endpoint works with. */
export interface EndpointContext {
  readonly request: HandlerRequest;
  readonly requestId: string;
  /** The `:id` of the path, decoded. */
  readonly id: string;
  readonly owner: Owner;
  readonly services: Services;
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
