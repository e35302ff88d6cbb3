import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { createScriptedLlamaServer, type ScriptedServerOptions } from '@llama-messages/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readyUrl, runApp } from '../testing/run-app.ts';

/** Runs the app in front of a scripted server, and `env` for it; returns what `env` prints. */
async function env(
  upstream: ScriptedServerOptions,
  args: readonly string[] = [],
  appArgs: readonly string[] = [],
): Promise<{ url: string; output: string; code: number | null }> {
  const server = await createScriptedLlamaServer(upstream);
  onTestFinished(() => server.close());
  const url = await readyUrl(runApp(['--port', '0', '--upstream', server.url, ...appArgs]));
  const app = runApp(['env', '--url', url, ...args]);
  const code = await app.exit;
  return { url, output: app.output(), code };
}

/** What bash has after it has evaluated `text`. */
function evaluated(text: string): Record<string, string> {
  const print = 'process.stdout.write(JSON.stringify(process.env))';
  const args = ['--norc', '-c', 'eval "$1"; exec "$2" -e "$3"', 'bash', text, process.execPath, print];
  return JSON.parse(execFileSync('bash', args, { encoding: 'utf8', env: {} })) as Record<string, string>;
}

describe('env', () => {
  test('prints what bash evaluates: address, key, model and window of the server that runs', async () => {
    const { url, output, code } = await env({ models: ["it's a model"], contextWindow: 65_536 });
    expect(code).toBe(0);
    const variables = evaluated(output);
    expect(variables).toMatchObject({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_AUTH_TOKEN: 'none',
      ANTHROPIC_MODEL: "it's a model",
      ANTHROPIC_DEFAULT_HAIKU_MODEL: "it's a model",
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: '65536',
      CLAUDE_CODE_MAX_OUTPUT_TOKENS: '8192',
      CLAUDE_CODE_ATTRIBUTION_HEADER: '0',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    });
    expect(output).toContain(`# \u0020 createAnthropic({ baseURL: "${url}/v1"`);
  });

  test('is enough for the SDK, which needs no options then', async () => {
    const key = 'k$y';
    const { output } = await env({ models: ['some'] }, ['--api-key', key], ['--api-key', key]);
    const script = `import Anthropic from '@anthropic-ai/sdk';
      const message = await new Anthropic().messages.create({
        model: 'some', max_tokens: 9, messages: [{ role: 'user', content: 'Hello!' }] });
      process.stdout.write(message.type);`;
    const args = ['--norc', '-c', 'eval "$1"; exec "$2" --input-type=module -e "$3"', 'bash', output];
    const run = promisify(execFile);
    const { stdout } = await run('bash', [...args, process.execPath, script], {
      env: {},
      cwd: import.meta.dirname,
    });
    expect(stdout).toBe('message');
  });

  test('names the key that the server wants', async () => {
    const key = "se'cret";
    const right = await env({}, ['--api-key', key], ['--api-key', key]);
    expect(evaluated(right.output)['ANTHROPIC_AUTH_TOKEN']).toBe(key);

    const none = await env({}, [], ['--api-key', key]);
    expect(none).toMatchObject({
      code: 1,
      output: `The server at ${none.url} wants a key: --api-key KEY.\n`,
    });
    const wrong = await env({}, ['--api-key', 'x'], ['--api-key', key]);
    expect(wrong.output).toBe(`The server at ${wrong.url} wants another key: --api-key KEY.\n`);
  });

  test('leaves the window out for a name that Claude Code takes no window for, and says so', async () => {
    const { output } = await env({ models: ['claude-local'], contextWindow: 32_768 });
    expect(output).not.toContain('MAX_CONTEXT_TOKENS=');
    expect(output).toContain('# claude-: give the model another name.');
  });

  test('takes the model that is named, and lists those that there are', async () => {
    const two = { models: ['one', 'two'], kind: 'openai' } as const;
    const named = await env(two, ['--model', 'two', '--shell', 'json']);
    expect(JSON.parse(named.output)).toMatchObject({ env: { ANTHROPIC_MODEL: 'two' } });

    const missing = await env(two, ['--model', 'three']);
    expect(missing.output).toBe(`The server at ${missing.url} has no model three. It has: one, two\n`);
  });

  test('without a server: one line, exit code 1', async () => {
    const app = runApp(['env', '--url', 'http://127.0.0.1:9']);
    expect(await app.exit).toBe(1);
    expect(app.output()).toBe(
      'Nothing answers at http://127.0.0.1:9. Start it with npm start, or say where it is with --url URL.\n',
    );
  });

  test('a model server at the address, and not this one: says so', async () => {
    const server = await createScriptedLlamaServer();
    onTestFinished(() => server.close());
    const app = runApp(['env', '--url', server.url]);
    expect(await app.exit).toBe(1);
    expect(app.output()).toContain('is no server of the Messages API (status 200 at /v1/models).');
  });

  test('a model server that is down: says which of the two is', async () => {
    const url = await readyUrl(runApp(['--port', '0', '--upstream', 'http://127.0.0.1:9']));
    const app = runApp(['env', '--url', url]);
    expect(await app.exit).toBe(1);
    expect(app.output()).toContain('is up, but its model server is not: The model server cannot be reached');
  });
});
