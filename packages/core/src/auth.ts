import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { MessagesError } from './errors.ts';
import { toHex } from './hex.ts';
import type { HandlerRequest, HeaderReader } from './http.ts';
import type { MessagesOptions } from './options.ts';

/** Whom a request belongs to: a hash of its key, so that nothing remembered for one key reaches another. */
export type Owner = string;

/**
 * Returns a check of a request's key, which resolves with its owner. SDKs and Claude Code send it as `x-api-key` or as `Authorization: Bearer`,
 * depending on their version and settings, so both are read.
 */
export function createAuthenticator(
  auth: MessagesOptions['auth'],
): (request: HandlerRequest) => Promise<Owner> {
  if (auth === undefined) return (request) => Promise.resolve(toOwner(readKey(request.headers)));
  if (typeof auth === 'function') {
    return async (request) => {
      const key = readKey(request.headers);
      if (!(await auth(key, request))) throw refusal(key);
      return toOwner(key);
    };
  }
  const known = auth.map(digest);
  return async (request) => {
    const key = readKey(request.headers);
    if (key === undefined) throw refusal(key);
    const given = digest(key);
    let isKnown = false;
    // All are compared, and each in full: the time taken says nothing about any key.
    for (const candidate of known) isKnown = isEqual(candidate, given) || isKnown;
    if (!isKnown) throw refusal(key);
    return toHex(given);
  };
}

function readKey(headers: HeaderReader): string | undefined {
  const key = headers.get('x-api-key');
  if (key) return key;
  const match = /^Bearer\s+(.+)$/i.exec(headers.get('authorization') ?? '');
  return match?.[1]?.trim();
}

/** A 401 is tried again ten times by some versions of Claude Code, so they are told not to. */
function refusal(key: string | undefined): MessagesError {
  const message =
    key === undefined ? 'Missing key: send it as x-api-key or as Authorization: Bearer' : 'invalid x-api-key';
  return new MessagesError('authentication_error', message, { shouldRetry: false });
}

function toOwner(key: string | undefined): Owner {
  return key === undefined ? 'anonymous' : toHex(digest(key));
}

function digest(key: string): Uint8Array {
  return sha256(utf8ToBytes(key));
}

function isEqual(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  left.forEach((byte, index) => {
    difference |= byte ^ (right[index] ?? 0);
  });
  return difference === 0;
}
