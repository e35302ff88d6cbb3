import { createServer, request as httpRequest } from 'node:http';
import type { ChatRequest } from '@llama-messages/core';
import { listen, type LocalServer } from './listen.ts';

/** A reverse proxy in front of an upstream that keeps what it is asked to generate. */
export interface ChatTap extends LocalServer {
  /** Returns the chat requests since the last call, in the order that they came in. */
  take(): ChatRequest[];
}

/**
 * Starts a proxy that passes everything on as it is. What it keeps is what the bridge really sends, whatever the
 * conversion, the memory and the retries made of it.
 */
export async function startChatTap(upstream: string): Promise<ChatTap> {
  const base = upstream.replace(/\/$/, '');
  let chats: ChatRequest[] = [];

  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      if (incoming.url?.endsWith('/chat/completions')) {
        chats.push(JSON.parse(body.toString()) as ChatRequest);
      }
      const { method, headers, url } = incoming;
      const outgoing = httpRequest(
        `${base}${url ?? '/'}`,
        { method, headers: { ...headers, host: new URL(base).host }, agent: false },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' });
          answer.on('error', () => response.destroy());
          answer.pipe(response);
        },
      );
      outgoing.on('error', () => response.destroy());
      response.on('close', () => outgoing.destroy());
      outgoing.end(body);
    });
  });

  return {
    ...(await listen(server)),
    take() {
      const taken = chats;
      chats = [];
      return taken;
    },
  };
}
