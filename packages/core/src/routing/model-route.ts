import type { ChatRequest } from '../chat/types.ts';
import type { MessagesRequest } from '../messages/types.ts';
import type { UpstreamModel } from '../upstream/upstream.ts';
import type { ModelRequest } from './model-request.ts';

/** Which model answers, and what is different for it. */
export interface ModelRoute {
  /**
   * The model's id at its upstream.
   * @defaultValue the upstream's model of the requested name, else its first
   */
  readonly model?: string | undefined;
  /**
   * A name in `upstreams`.
   * @defaultValue `'default'`, which is the option `upstream`
   */
  readonly upstream?: string | undefined;
  /** Tokens of prompt and answer together, in place of what the upstream says. */
  readonly contextWindow?: number | undefined;
  /** Whether the model sees images, in place of what the upstream says. */
  readonly vision?: boolean | undefined;
  /**
   * `never`: as if every client had switched thinking off. `always`: as if those who did not ask for thinking had.
   * @defaultValue what the client asks for
   */
  readonly thinking?: 'never' | 'always' | undefined;
  /**
   * Numbers that replace the client's in the request to the upstream, by the upstream's names, such as
   * `{ temperature: 0.7, top_p: 0.8, top_k: 20, min_p: 0 }`.
   */
  readonly sampling?: Readonly<Record<string, number>> | undefined;
}

/** A model of the upstream, by its id, or a {@link ModelRoute}. */
export type ModelTarget = string | ModelRoute;

/** Which model answers for which request: by name, or by a function of the request. */
export type ModelMapping =
  | Readonly<Record<string, ModelTarget>>
  | ((request: ModelRequest) => ModelTarget | undefined);

/** The name of the option `upstream` among the upstreams. */
export const defaultUpstream = 'default';

export function toRoute(target: ModelTarget): ModelRoute {
  return typeof target === 'string' ? { model: target } : target;
}

/** Returns the model with what the route says of it in place of what its upstream does. */
export function toRoutedModel(model: UpstreamModel, route: ModelRoute): UpstreamModel {
  const { contextWindow, vision, thinking } = route;
  return {
    ...model,
    ...(contextWindow !== undefined && { contextWindow }),
    ...(vision !== undefined && { vision }),
    ...(thinking === 'never' && { thinking: false }),
  };
}

/** Returns the request as it would be if the client had asked for what the route wants. */
export function toRoutedRequest<Request extends Pick<MessagesRequest, 'thinking'>>(
  request: Request,
  route: ModelRoute,
): Request {
  switch (route.thinking) {
    case 'never':
      return { ...request, thinking: { type: 'disabled' } };
    case 'always':
      return request.thinking && request.thinking.type !== 'disabled'
        ? request
        : { ...request, thinking: { type: 'adaptive' } };
    case undefined:
      return request;
    default:
      return route.thinking satisfies never;
  }
}

/** Returns the chat request with the route's sampling. */
export function toRoutedChat(chat: ChatRequest, { sampling }: ModelRoute): ChatRequest {
  return sampling ? { ...chat, ...sampling } : chat;
}
