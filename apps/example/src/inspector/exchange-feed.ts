import type { ServerResponse } from 'node:http';
import type { ExchangeList, ExchangeListEvents, ExchangeSummary } from './api.ts';

/** Tells those who watch the list what becomes of it, as server-sent events. */
export interface ExchangeFeed {
  /** Sends the list, and then news of it, until the client leaves. */
  open(response: ServerResponse, list: ExchangeList): void;
  changed(summary: ExchangeSummary): void;
  removed(ids: readonly string[]): void;
  /** Ends all. */
  close(): void;
}

/** Many tokens a second change an exchange many times; an eye needs fewer. */
const collectMs = 200;
/** Proxies cut connections that are silent for a minute. */
const aliveMs = 20_000;
/** A client that does not read is cut; it gets the whole list when it comes back. */
const mostUnreadBytes = 4 * 1024 * 1024;

export function createExchangeFeed(): ExchangeFeed {
  const open = new Set<ServerResponse>();
  const changed = new Map<string, ExchangeSummary>();
  const removed = new Set<string>();
  let sending: ReturnType<typeof setTimeout> | undefined;
  let alive: ReturnType<typeof setInterval> | undefined;

  function send(frames: string): void {
    for (const response of open) {
      if (response.writableLength > mostUnreadBytes) response.destroy();
      else response.write(frames);
    }
  }

  function sendLater(): void {
    if (open.size === 0) {
      changed.clear();
      removed.clear();
      return;
    }
    sending ??= setTimeout(() => {
      sending = undefined;
      let frames = '';
      for (const summary of changed.values()) frames += frame('exchange', summary);
      if (removed.size > 0) frames += frame('removed', [...removed]);
      changed.clear();
      removed.clear();
      send(frames);
    }, collectMs);
  }

  return {
    open(response, list) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      response.write(frame('list', list));
      open.add(response);
      alive ??= setInterval(() => send(': alive\n\n'), aliveMs);
      response.on('error', () => {});
      response.once('close', () => {
        open.delete(response);
        if (open.size > 0) return;
        clearInterval(alive);
        alive = undefined;
      });
    },
    changed(summary) {
      changed.set(summary.id, summary);
      sendLater();
    },
    removed(ids) {
      for (const id of ids) {
        changed.delete(id);
        removed.add(id);
      }
      sendLater();
    },
    close() {
      clearTimeout(sending);
      clearInterval(alive);
      for (const response of open) response.end();
    },
  };
}

function frame<Name extends keyof ExchangeListEvents>(name: Name, data: ExchangeListEvents[Name]): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
