import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

export interface GuardOptions {
  /** What the server listens on. */
  readonly host: string;
  /** None if nobody needs one. */
  readonly apiKeys: readonly string[];
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

/** Returns why a request for what only the page may read is refused, or undefined if it may pass. */
export type Guard = (request: IncomingMessage) => Refusal | undefined;

/**
 * Returns a guard for data that no other website that the user has open may read. Such a site can make the browser ask: by its
 * own name, which the browser tells in `sec-fetch-site`, or under a name of its own that leads to this machine
 * (DNS rebinding), which is told by `host`. With keys, a site would have to know one, so any name will do.
 */
export function createGuard({ host, apiKeys }: GuardOptions): Guard {
  const known = apiKeys.map(digest);
  return ({ headers }) => {
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return { status: 403, error: 'Only the page of this server may ask this, no other website.' };
    }
    if (known.length === 0) {
      const name = toName(headers.host ?? '');
      if (isOwnName(name, host)) return undefined;
      return {
        status: 403,
        error: `This server does not go by the name ${name}. Open it as 127.0.0.1, or start it with --host ${name}, or with --api-key KEY.`,
      };
    }
    const given = readKey(headers);
    if (given === undefined) return { status: 401, error: 'An API key is needed: send it as x-api-key.' };
    const sent = digest(given);
    // All are compared: the time taken says nothing about any key.
    const isKnown = known.filter((key) => timingSafeEqual(key, sent)).length > 0;
    return isKnown ? undefined : { status: 401, error: 'This is not an API key of this server.' };
  };
}

/** An address is no name that anybody could make lead here. */
function isOwnName(name: string, host: string): boolean {
  return (
    name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0 || name === host.toLowerCase()
  );
}

/** Without port, and without the brackets of IPv6. */
function toName(hostHeader: string): string {
  return hostHeader
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1');
}

function readKey({ 'x-api-key': key, authorization = '' }: IncomingMessage['headers']): string | undefined {
  if (typeof key === 'string' && key !== '') return key;
  return /^Bearer\s+(.+)$/i.exec(authorization)?.[1]?.trim();
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
