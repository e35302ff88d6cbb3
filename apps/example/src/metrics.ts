import type { Observe } from '@llama-messages/core';
import { toPath } from '@llama-messages/core/node';
import { prometheusMetrics } from '@llama-messages/prometheus';
import { createGuard, type GuardOptions } from './ui/guard.ts';
import type { Middleware } from './ui/middleware.ts';

/** `GET /metrics`, and what it counts. */
export interface Metrics {
  /** For `observers` of the Messages API's options. */
  readonly observe: Observe;
  /** Answers `GET /metrics`; everything else goes on. */
  readonly middleware: Middleware;
}

/** Returns metrics for Prometheus, for those who may use the API. */
export function createMetrics(options: GuardOptions): Metrics {
  const { observe, metrics, contentType } = prometheusMetrics();
  const guard = createGuard(options);
  return {
    observe,
    middleware(request, response, next) {
      if (request.method !== 'GET' || toPath(request.url) !== '/metrics') return next();
      const refusal = guard(request);
      if (refusal) {
        response.writeHead(refusal.status, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(`${refusal.error}\n`);
        return;
      }
      void metrics().then((text) => {
        response.writeHead(200, { 'content-type': contentType });
        response.end(text);
      });
    },
  };
}
