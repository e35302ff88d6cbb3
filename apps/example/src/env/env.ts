import { notEmpty, parseCommandLine, toHttpUrl, toOneOf } from '../command-line.ts';
import { Failure } from '../failure.ts';
import { askModels, type ServedModel } from '../served-models.ts';
import { isWindowHonoured, toClientSettings } from './client-settings.ts';
import { shells, toShellText, usualShell, type Shell } from './shells.ts';

const usualUrl = 'http://127.0.0.1:8787';

export const envUsage = `Usage: npm start --silent -- env [options]

Prints what to set for Claude Code, the SDKs, LangChain and the AI SDK, with the model and the context window of the
server that runs:

  eval "$(npm start --silent -- env)"                                       bash and zsh
  npm start --silent -- env --shell fish | source                           fish
  npm start --silent -- env --shell powershell | Out-String | Invoke-Expression   PowerShell
  npm start --silent -- env --shell json > settings.json                    claude --settings settings.json

  --shell NAME            ${shells.join(', ')} (default: bash, on Windows powershell)
  --url URL               where it runs (default: ${usualUrl})
  --api-key KEY           a key of the server, if it wants one
  --model NAME            one of its models (default: the first)
  --help                  show this
`;

/**
 * Returns the text that `env` prints.
 * @throws Failure if there is no server, or none with that model
 */
export async function env(args: readonly string[]): Promise<string> {
  const values = parseCommandLine(args, {
    shell: { type: 'string' },
    url: { type: 'string' },
    'api-key': { type: 'string' },
    model: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (values.help === true) return envUsage;
  const shell: Shell = values.shell === undefined ? usualShell : toOneOf('shell', shells, values.shell);
  const url = toHttpUrl('url', values.url ?? usualUrl, usualUrl)
    .replace(/\/+$/, '')
    .replace(/\/v1$/, '');
  const apiKey = values['api-key'] === undefined ? undefined : notEmpty('api-key', values['api-key']);
  const model = choose(await askModels(url, apiKey), values.model, url);
  const key = apiKey ?? 'none';
  return toShellText(shell, toClientSettings({ url, key, model }), toNotes(url, key, model));
}

function choose(models: readonly ServedModel[], name: string | undefined, url: string): ServedModel {
  // Of the names that the server lists, those that Claude Code knows itself keep its own idea of their window.
  const found =
    name === undefined
      ? (models.find(({ id }) => isWindowHonoured(id)) ?? models[0])
      : models.find(({ id }) => id === name);
  if (found) return found;
  const has = models.map(({ id }) => id).join(', ');
  throw new Failure(
    name === undefined
      ? `The server at ${url} has no model.`
      : `The server at ${url} has no model ${name}. It has: ${has}`,
  );
}

function toNotes(url: string, key: string, model: ServedModel): string[] {
  const { id, contextWindow } = model;
  const quoted = JSON.stringify(id);
  const keyText = JSON.stringify(key);
  const notes: string[] = [];
  if (contextWindow === undefined) {
    notes.push(
      'The model server does not tell its context window. Set CLAUDE_CODE_MAX_CONTEXT_TOKENS to it, or Claude Code',
      'assumes 200 000 tokens or more.',
    );
  } else if (!isWindowHonoured(id)) {
    notes.push(
      `The context window is ${contextWindow} tokens, but Claude Code keeps its own number for names that begin with`,
      'claude-: give the model another name.',
    );
  }
  return [
    ...notes,
    'The SDKs read the address and the key from the same variables, but not the model:',
    `  TypeScript: new Anthropic().messages.create({ model: ${quoted}, ... })`,
    `  Python:     Anthropic().messages.create(model=${quoted}, ...)`,
    'LangChain wants the key itself:',
    `  new ChatAnthropic({ model: ${quoted}, apiKey: ${keyText}, anthropicApiUrl: ${JSON.stringify(url)} })`,
    'The AI SDK wants /v1 in the address, and would take the variable without it:',
    `  createAnthropic({ baseURL: ${JSON.stringify(`${url}/v1`)}, apiKey: ${keyText} })(${quoted})`,
  ];
}
