import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface HubServerOptions {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Without it everybody may read. */
  readonly token?: string;
  /** What the list says of a file, where it is not so. */
  readonly lies?: { readonly size?: number; readonly sha256?: string };
  /** As some proxies do. */
  readonly ignoresRanges?: boolean;
}

export interface HubServer {
  readonly url: string;
  /** What was asked for the content of files, but for the single bytes by which a client learns the size. */
  readonly downloads: readonly IncomingHttpHeaders[];
  /** The next download gets that many bytes; then the connection is cut, or left silent. */
  breakAfter(bytes: number, how: 'cut' | 'stall'): void;
  close(): Promise<void>;
}

export const repository = 'owner/demo-GGUF';
export const commit = '0123456789abcdef0123456789abcdef01234567';

/** Speaks what is used of Hugging Face's API: a model's commit, its tree, and its files behind a redirect to a store. */
export async function hubServer(options: HubServerOptions): Promise<HubServer> {
  const downloads: IncomingHttpHeaders[] = [];
  let breaking: { bytes: number; how: 'cut' | 'stall' } | undefined;

  const toEntry = ([path, content]: [string, Uint8Array]): object => {
    const size = options.lies?.size ?? content.length;
    const oid = options.lies?.sha256 ?? sha256(content);
    return { type: 'file', path, size, oid: 'a'.repeat(40), lfs: { oid, size, pointerSize: 134 } };
  };

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://hub');
    const inStore = pathname.startsWith('/store/');
    if (
      !inStore &&
      options.token !== undefined &&
      request.headers.authorization !== `Bearer ${options.token}`
    ) {
      return json(response, 401, { error: 'Invalid username or password.' });
    }
    if (pathname === `/api/models/${repository}/revision/main`) {
      return json(response, 200, { _id: '1', id: repository, sha: commit, private: false, gated: false });
    }
    if (pathname === `/api/models/${repository}/tree/${commit}`) {
      return json(response, 200, Object.entries(options.files).map(toEntry));
    }
    const name = pathname.replace(`/${repository}/resolve/${commit}/`, '').replace('/store/', '');
    const content = options.files[name];
    if (content === undefined) return json(response, 404, { error: 'Repository not found' });
    if (inStore) return send(request, response, content);
    if (request.headers.accept?.includes('vnd.xet-fileinfo+json')) return tellXet(response, content);
    response.writeHead(302, { location: `/store/${name}`, 'x-linked-etag': `"${sha256(content)}"` }).end();
  }

  function send(request: IncomingMessage, response: ServerResponse, content: Uint8Array): void {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const isProbe = first === '0' && last === '0';
    if (!isProbe) downloads.push(request.headers);
    const isRange = first !== undefined && (isProbe || options.ignoresRanges !== true);
    const start = isRange ? Number(first) : 0;
    const end = isRange ? Math.min(Number(last) + 1, content.length) : content.length;
    response.writeHead(isRange ? 206 : 200, {
      etag: `"${sha256(content)}"`,
      'content-length': end - start,
      ...(isRange && { 'content-range': `bytes ${start}-${end - 1}/${content.length}` }),
    });
    if (isProbe || breaking === undefined) {
      response.end(content.subarray(start, end));
      return;
    }
    const { bytes, how } = breaking;
    breaking = undefined;
    response.write(content.subarray(start, start + bytes), () => {
      // What was written is to arrive before the connection ends.
      if (how === 'cut') setImmediate(() => response.destroy());
    });
  }

  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    downloads,
    breakAfter: (bytes, how) => {
      breaking = { bytes, how };
    },
    close,
  };
}

/** What the hub answers to those who ask for it, in place of the redirect. */
function tellXet(response: ServerResponse, content: Uint8Array): void {
  response.writeHead(200, {
    'content-type': 'application/vnd.xet-fileinfo+json',
    'x-linked-size': content.length,
    'x-linked-etag': `"${sha256(content)}"`,
    'x-xet-hash': sha256(content),
    link: '<http://127.0.0.1:9/auth>; rel="xet-auth", <http://127.0.0.1:9/info>; rel="xet-reconstruction-info"',
  });
  response.end('{}');
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
