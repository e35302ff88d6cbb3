import { type Agent, type ClientRequest, request } from 'node:http';

/** Sends a request for a message. */
export function post(url: string, body: string, options: { readonly agent: Agent | false }): ClientRequest {
  const sent = request(`${url}/v1/messages`, {
    ...options,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'anthropic-version': '2023-06-01',
    },
  });
  sent.setNoDelay(true);
  sent.end(body);
  return sent;
}
