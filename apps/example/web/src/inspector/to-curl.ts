import type { ExchangeDetail } from '../../../src/ui/api.ts';

/** Headers that change the answer; those of the connection and of the client's own affairs do not. */
const repeated = ['anthropic-version', 'anthropic-beta'] as const;

/**
 * Returns a command for a POSIX shell that sends the request again, with the key taken from `ANTHROPIC_API_KEY`;
 * undefined if it was too large to be kept whole.
 */
export function toCurl({ request, headers }: ExchangeDetail, origin: string): string | undefined {
  if (request.truncated) return undefined;
  const lines = [`curl -N ${origin}/v1/messages`, "-H 'content-type: application/json'"];
  for (const name of repeated) {
    const value = headers[name];
    if (value !== undefined) lines.push(`-H ${quote(`${name}: ${value}`)}`);
  }
  if ('x-api-key' in headers || 'authorization' in headers) lines.push('-H "x-api-key: $ANTHROPIC_API_KEY"');
  // A text in JSON has no line breaks of its own, so none of its lines can be the one that ends it.
  lines.push(`--data-binary @- <<'JSON'\n${JSON.stringify(request.value)}\nJSON`);
  return `${lines.join(' \\\n  ')}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
