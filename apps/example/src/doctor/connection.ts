/** How a model server is asked for what core does not ask it. */
export interface Connection {
  /** For people: host and port, without a password that the URL may hold. */
  readonly host: string;
  get(path: string, signal: AbortSignal): Promise<Answer>;
  post(path: string, body: unknown, signal: AbortSignal): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  /** Undefined if it is no JSON. */
  readonly json: unknown;
}

/** `url` with or without a trailing `/v1`. */
export function connect(url: string, apiKey: string | undefined): Connection {
  const { host, username, password, pathname, protocol } = new URL(url);
  const base = `${protocol}//${host}${pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}`;
  const password64 = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  const headers: Record<string, string> = {
    ...(username !== '' && { authorization: `Basic ${password64.toString('base64')}` }),
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
  };

  async function ask(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(base + path, { ...init, headers: { ...headers, ...init.headers } });
    const json: unknown = await response.json().catch(() => undefined);
    return { status: response.status, json };
  }

  return {
    host,
    get: (path, signal) => ask(path, { signal }),
    post: (path, body, signal) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      }),
  };
}

/** Returns what stands at `path` inside of parsed JSON, or undefined. */
export function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}
