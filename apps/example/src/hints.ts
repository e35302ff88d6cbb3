import type { Served } from './serve.ts';
import type { AppOptions } from './options.ts';
import type { ChosenUpstream } from './upstream.ts';

/** The first prompt of Claude Code alone takes 12 000 to 25 000 tokens. */
const codingWindow = 32_768;
const lookMs = 5_000;

interface FirstModel {
  id: string;
  contextWindow: number | undefined;
}

/** Returns the URL that a client on this machine uses. */
export function toUrl(served: Served, host: string): string {
  const address = served.server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const name = ['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/**
 * Returns the ready line, and what to paste to try the server. It asks the server itself which model it has, as a
 * client would.
 */
export async function describe(url: string, options: AppOptions, chosen: ChosenUpstream): Promise<string> {
  const model = await firstModel(url, options.apiKeys[0]);
  const about = [options.framework, chosen.description, ...(model ? [model.id] : [])].join(', ');
  const lines = [`llama-messages ready on ${url} (${about})`, ''];
  if (!model) {
    lines.push(
      `The ${chosen.description} does not answer yet: until it does, requests get status 529 with retry-after.`,
      '',
    );
  }
  if (chosen.isDemo) {
    lines.push(
      "This is a demo model of 2 MB, not fit for real work: Claude Code's own prompt of 12-25 k tokens does not fit it.",
      'For a real one: npm start -- --model FILE.gguf, or --upstream http://127.0.0.1:8080 for a llama-server that runs.',
      '',
    );
  } else if (model?.contextWindow !== undefined && model.contextWindow < codingWindow) {
    lines.push(
      `The context window is ${model.contextWindow} tokens, and Claude Code's own prompt takes 12-25 k of them: better --context-size ${codingWindow * 2}.`,
      '',
    );
  }
  const key = options.apiKeys.length > 0 ? 'YOUR_KEY' : 'none';
  const name = model?.id ?? 'default';
  const keyHeader = options.apiKeys.length > 0 ? ` -H 'x-api-key: ${key}'` : '';
  lines.push(
    'Try it:',
    `  curl -N ${url}/v1/messages -H 'content-type: application/json'${keyHeader} -d '{"model":"${name}","max_tokens":256,"stream":true,"messages":[{"role":"user","content":"Hello!"}]}'`,
    '',
    'Claude Code:',
    `  export ANTHROPIC_BASE_URL=${url}`,
    `  export ANTHROPIC_AUTH_TOKEN=${key}`,
    `  export ANTHROPIC_MODEL=${name}`,
    `  export ANTHROPIC_DEFAULT_HAIKU_MODEL=${name}`,
    ...(model?.contextWindow === undefined
      ? []
      : [`  export CLAUDE_CODE_MAX_CONTEXT_TOKENS=${model.contextWindow}`]),
    '  export CLAUDE_CODE_ATTRIBUTION_HEADER=0',
    '  claude',
    '',
    'Ctrl-C ends it.',
  );
  return lines.join('\n');
}

async function firstModel(url: string, key: string | undefined): Promise<FirstModel | undefined> {
  try {
    const response = await fetch(`${url}/v1/models`, {
      headers: key === undefined ? {} : { 'x-api-key': key },
      signal: AbortSignal.timeout(lookMs),
    });
    if (!response.ok) return undefined;
    const list = (await response.json()) as { data: { id: string; max_input_tokens: number | null }[] };
    const [first] = list.data;
    return first && { id: first.id, contextWindow: first.max_input_tokens ?? undefined };
  } catch {
    return undefined;
  }
}
