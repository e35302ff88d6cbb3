import {
  type ClientRequest,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { listen } from '../listen.ts';
import type { Serve } from './serve.ts';

/**
 * The cheapest server possible: a reverse proxy that copies bytes, and gives up the upstream's answer when the client
 * goes. What it costs is what Node's HTTP costs.
 */
export const servePipe: Serve = (upstream) => serve(createPipe(upstream));

/** The pipe itself, for a server or for a framework. */
export function createPipe(upstream: string): RequestListener {
  return (incoming, response) => {
    incoming.pipe(forward(upstream, incoming, response, incoming.headers));
  };
}

/** The same, but it reads the JSON of each request and writes it again: what whoever converts it cannot do without. */
export const servePipeJson: Serve = (upstream) =>
  serve((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()));
      const headers = { ...incoming.headers, 'content-length': String(Buffer.byteLength(body)) };
      forward(upstream, incoming, response, headers).end(body);
    });
  });

async function serve(listener: RequestListener): Promise<string> {
  return (await listen(createServer(listener))).url;
}

/** Returns the request to the upstream, for its body to be written. */
function forward(
  upstream: string,
  { method, url = '/' }: IncomingMessage,
  response: ServerResponse,
  headers: IncomingHttpHeaders,
): ClientRequest {
  const outgoing = httpRequest(upstream + url, { method, headers }, (answer) => {
    // It speaks of the upstream's connection, not of the client's.
    delete answer.headers.connection;
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  return outgoing;
}
