import { type IncomingMessage, createServer, request as httpRequest } from 'node:http';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import type { CreateAdapterServer } from './case-runner.ts';
import { listen } from './listen.ts';

/** What a faulty adapter does differently; everything left out it does right. */
export interface Fault {
  readonly status?: (status: number) => number;
  readonly headers?: (headers: IncomingMessage['headers']) => IncomingMessage['headers'];
  /** Changes the text of one read. */
  readonly text?: (text: string) => string;
  /** Sends nothing before it has everything. */
  readonly isBuffering?: boolean;
  /** Goes on when the client has left. */
  readonly isDeaf?: boolean;
  /** Reads on when the client does not. */
  readonly isGreedy?: boolean;
}

/** Returns an adapter with one fault, the kind that servers in the field have: a faultless one behind a proxy that spoils it. */
export function createFaultyAdapter(fault: Fault): CreateAdapterServer {
  return async (options) => {
    const handler = createMessagesHandler(options);
    const inner = await listen(createServer(toNodeListener(handler)), () => handler.close());
    return listen(
      createServer((request, response) => {
        const { method, headers, url = '/' } = request;
        const forward = httpRequest(inner.url + url, { method, headers, agent: false });
        forward.on('response', (answer) => {
          answer.on('error', () => response.destroy());
          const status = answer.statusCode ?? 0;
          const { 'content-length': _length, ...rest } = answer.headers;
          response.writeHead(fault.status?.(status) ?? status, fault.headers?.(rest) ?? rest);
          if (!fault.isBuffering) response.flushHeaders();
          let held = '';
          answer.on('data', (bytes: Buffer) => {
            const sent = fault.text ? fault.text(bytes.toString('latin1')) : bytes;
            if (fault.isBuffering) held += bytes.toString('latin1');
            else if (!response.write(sent, 'latin1') && !fault.isGreedy) {
              answer.pause();
              response.once('drain', () => answer.resume());
            }
          });
          answer.on('end', () => response.end(held, 'latin1'));
        });
        forward.on('error', () => response.destroy());
        if (!fault.isDeaf) response.on('close', () => forward.destroy());
        request.pipe(forward);
      }),
      () => inner.close(),
    );
  };
}
