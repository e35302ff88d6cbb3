import { createServer, request as httpRequest } from 'node:http';
import { listen } from '../listen.ts';
import type { Serve } from './serve.ts';

/**
 * The cheapest server possible: a reverse proxy that copies bytes, and gives up the upstream's answer when the client
 * goes. What it costs is what Node's HTTP costs.
 */
export const servePipe: Serve = async (upstream) => {
  const server = createServer((incoming, response) => {
    const { method, headers, url = '/' } = incoming;
    const outgoing = httpRequest(upstream + url, { method, headers }, (answer) => {
      // It speaks of the upstream's connection, not of the client's.
      delete answer.headers.connection;
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  return (await listen(server)).url;
};
