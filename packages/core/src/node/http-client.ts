import http from 'node:http';
import https from 'node:https';
import type { HttpAnswer, HttpCall, HttpClient } from '../upstream/http-client.ts';
import { toLength } from './bytes.ts';
import { requestStream } from './stream-request.ts';

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

/**
 * The {@link HttpClient} of Node: no time limits (undici's `fetch` gives up after 300 s without a byte), and TCP
 * keep-alive so that a dead host is noticed. A request on a reused connection that is reset before its answer began is
 * sent once more on a new one.
 */
export const httpClient: HttpClient = (call) => (call.streamed ? requestStream(call) : requestPooled(call));

async function requestPooled(call: HttpCall): Promise<HttpAnswer> {
  const outcome = await send(call, true);
  if (outcome.answer) return outcome.answer;
  if (outcome.wasReused && !call.signal.aborted) {
    const second = await send(call, false);
    if (second.answer) return second.answer;
    throw second.error;
  }
  throw outcome.error;
}

type Outcome = { answer: HttpAnswer } | { answer?: undefined; error: unknown; wasReused: boolean };

function send(call: HttpCall, isPooled: boolean): Promise<Outcome> {
  const url = new URL(call.url);
  const isSecure = url.protocol === 'https:';
  const { body } = call;
  return new Promise((resolve) => {
    const request = (isSecure ? https : http).request(url, {
      method: call.method,
      headers: {
        ...call.headers,
        ...(body && { 'content-length': toLength(body) }),
      },
      agent: isPooled ? agents[isSecure ? 'https:' : 'http:'] : false,
      signal: call.signal,
    });
    request.on('socket', (socket) => socket.setKeepAlive(true, 30_000));
    request.on('error', (error) => resolve({ error, wasReused: request.reusedSocket }));
    request.on('response', (response) => {
      // Small answers of a slow model must not wait for more.
      response.socket.setNoDelay(true);
      resolve({
        answer: {
          status: response.statusCode ?? 0,
          headers: { get: (name) => headerText(response.headers[name.toLowerCase()]) },
          body: response,
        },
      });
    });
    for (const piece of body ?? []) request.write(piece);
    request.end();
  });
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
