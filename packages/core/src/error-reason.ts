import type { MessagesError } from './errors.ts';

const longest = 500;

/**
 * Returns what logs and traces may say of an error: what the client was told, and what happened below, such as a
 * refused connection. Of what the model server answered there is no more than the client was told, and where
 * that quotes the answer of the model, which llama-server does if it cannot parse it, the quote is left out.
 */
export function errorReason({ message, cause }: MessagesError): string {
  const below = cause instanceof Error && cause.name !== 'UpstreamStatusError' ? ` (${cause.message})` : '';
  return `${message.replace(/(failed to parse input at pos \d+).*/is, '$1')}${below}`.slice(0, longest);
}
