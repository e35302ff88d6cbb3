import { createServer } from 'node:http';
import { createMessagesHandler, type ExchangeReport, type MessagesOptions } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import { listen, type LocalServer } from './listen.ts';

/** llama-messages on a port of its own. */
export interface Bridge extends LocalServer {
  /** Resolves with the report of the exchange that the `request-id` header of a response named. */
  report(requestId: string): Promise<ExchangeReport>;
}

/** Starts llama-messages with these options, as a host with nothing but `node:http` would. */
export async function startBridge(options: MessagesOptions): Promise<Bridge> {
  const reports = new Map<string, ExchangeReport>();
  const waiting = new Map<string, (report: ExchangeReport) => void>();
  const handler = createMessagesHandler({
    ...options,
    onExchange(report) {
      const resolve = waiting.get(report.requestId);
      waiting.delete(report.requestId);
      if (resolve) resolve(report);
      else reports.set(report.requestId, report);
    },
  });
  return {
    ...(await listen(createServer(toNodeListener(handler)))),
    async report(requestId) {
      const known = reports.get(requestId);
      reports.delete(requestId);
      return known ?? new Promise((resolve) => waiting.set(requestId, resolve));
    },
  };
}
