import { comfortableWindow, compactsAt, firstPrompt } from './coding-window.ts';
import { toClientSettings } from './env/client-settings.ts';
import { assign, usualShell } from './env/shells.ts';
import type { Served } from './serve.ts';
import { askModels, type ServedModel } from './served-models.ts';
import type { AppOptions } from './options.ts';
import type { ChosenUpstream } from './upstream.ts';

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
  } else if (model?.contextWindow !== undefined && compactsAt(model.contextWindow) < firstPrompt.most) {
    lines.push(
      `The context window is ${model.contextWindow} tokens, and Claude Code's own prompt takes 12-25 k of them: better ${comfortableWindow}.`,
      'npm start -- doctor says how, and what else may be wrong.',
      '',
    );
  }
  const key = options.apiKeys.length > 0 ? 'YOUR_KEY' : 'none';
  const name = model?.id ?? 'default';
  const keyHeader = options.apiKeys.length > 0 ? ` -H 'x-api-key: ${key}'` : '';
  const settings = toClientSettings({ url, key, model: model ?? { id: name, contextWindow: undefined } }).map(
    ({ name: variable, value }) => assign(usualShell, variable, value),
  );
  lines.push(
    ...(options.ui ? [`In a browser: ${url}`, ''] : []),
    'Try it:',
    `  curl -N ${url}/v1/messages -H 'content-type: application/json'${keyHeader} -d '{"model":"${name}","max_tokens":256,"stream":true,"messages":[{"role":"user","content":"Hello!"}]}'`,
    '',
    'Claude Code, in another terminal (npm start -- env --help: for other shells and clients):',
    ...settings.map((line) => `  ${line}`),
    '  claude',
    '',
    'Ctrl-C ends it.',
  );
  return lines.join('\n');
}

async function firstModel(url: string, key: string | undefined): Promise<ServedModel | undefined> {
  try {
    const [first] = await askModels(url, key);
    return first;
  } catch {
    return undefined;
  }
}
