import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface OpenEndedServer {
  readonly url: string;
  /** Ends the answers that are open, as a model that has said all. */
  finish(): void;
}

/** An OpenAI-compatible server that begins its answer and goes on only when told to; until the end of the test. */
export async function openEndedServer(port = 0): Promise<OpenEndedServer> {
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'slow', object: 'model' }] }));
    } else if (request.url === '/v1/chat/completions') {
      request.resume();
      response.setHeader('content-type', 'text/event-stream');
      response.write(chunk({ delta: { role: 'assistant', content: 'Well' }, finish_reason: null }));
      open.add(response);
    } else {
      response.statusCode = 404;
      response.end('{}');
    }
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    finish() {
      for (const response of open) {
        response.end(`${chunk({ delta: { content: ' done.' }, finish_reason: 'stop' })}data: [DONE]\n\n`);
      }
      open.clear();
    },
  };
}

function chunk(choice: object): string {
  return `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', model: 'slow', choices: [{ index: 0, ...choice }] })}\n\n`;
}
