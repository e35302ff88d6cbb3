import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finished, Task, TriedClient } from './tried-client.ts';

/** What `claude -p` says at its end. */
export interface ClaudeResult {
  readonly is_error: boolean;
  readonly result?: string;
  readonly structured_output?: unknown;
  readonly modelUsage?: Readonly<Record<string, { readonly contextWindow: number }>>;
}

interface ClaudeLine {
  readonly type: string;
  readonly event?: { readonly delta?: { readonly text?: string; readonly thinking?: string } };
}

/** The real Claude Code, one that a test can also set up by its environment. */
export interface TriedClaudeCode extends TriedClient {
  /** Runs `claude -p` with more arguments and variables; resolves with its last line, also when that is an error. */
  runWith(
    task: Task,
    args?: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<ClaudeResult & Finished>;
  close(): void;
}

/** Returns the real Claude Code as a client that works in a folder of its own. */
export function createClaudeCode(executable: string): TriedClaudeCode {
  // One folder for all conversations: its path is a part of every prompt.
  const home = mkdtempSync(join(tmpdir(), 'llama-messages-'));
  const folder = join(home, 'project');
  mkdirSync(folder);
  const imagePath = join(folder, 'image.png');

  const runWith: TriedClaudeCode['runWith'] = async (task, args = [], environment = {}) => {
    if (task.image) writeFileSync(imagePath, Buffer.from(task.image, 'base64'));
    const child = spawn(
      executable,
      [
        '-p',
        task.prompt,
        '--output-format',
        'stream-json',
        '--verbose',
        '--include-partial-messages',
        '--allowedTools',
        'Bash(echo:*)',
        'Read',
        ...args,
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'ignore'],
        env: {
          PATH: process.env['PATH'],
          HOME: home,
          ANTHROPIC_BASE_URL: task.url,
          ANTHROPIC_AUTH_TOKEN: task.apiKey ?? 'none',
          ANTHROPIC_MODEL: 'my-local',
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
          ...(task.maxRetries !== undefined && { CLAUDE_CODE_MAX_RETRIES: String(task.maxRetries) }),
          ...(task.timeoutMs !== undefined && { API_TIMEOUT_MS: String(task.timeoutMs) }),
          ...environment,
        },
      },
    );
    task.signal?.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
    const closed = once(child, 'close');
    let rest = '';
    let thinking = '';
    let result: (ClaudeResult & ClaudeLine) | undefined;
    for await (const data of child.stdout) {
      const lines = (rest + String(data)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        const said = JSON.parse(line) as ClaudeLine & ClaudeResult;
        const delta = said.event?.delta;
        thinking += delta?.thinking ?? '';
        if (delta?.text) task.onText?.(delta.text);
        if (said.type === 'result') result = said;
      }
    }
    await closed;
    if (!result) throw new Error('claude ended without a result');
    return { ...result, text: result.result ?? '', thinking };
  };

  const runChecked = async (...given: Parameters<typeof runWith>) => {
    const result = await runWith(...given);
    if (result.is_error) throw new Error(result.text);
    return result;
  };

  return {
    name: 'Claude Code',
    version: /^[\d.]+/.exec(execFileSync(executable, ['--version'], { encoding: 'utf8' }))?.[0] ?? 'unknown',
    canChooseStream: false,
    callOf: (word) => ({
      name: 'Bash',
      arguments: JSON.stringify({ command: `echo ${word}`, description: 'Echo' }),
    }),
    imageCall: { name: 'Read', arguments: JSON.stringify({ file_path: imagePath }) },
    run: (task) => runChecked(task),
    parse: async (task) =>
      (
        await runChecked(task, [
          '--json-schema',
          JSON.stringify({
            type: 'object',
            properties: { answer: { type: 'number' } },
            required: ['answer'],
          }),
        ])
      ).structured_output,
    async countTokens(task) {
      const { text } = await runChecked({ ...task, prompt: '/context' });
      return Number(/^\| Messages \| (\d+) \|/m.exec(text)?.[1]);
    },
    async listModels(task) {
      await runChecked(task, [], {
        CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1',
        // 2.1.197 counts asking for models among what is not essential; what leaves the machine stays off.
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '',
        DISABLE_AUTOUPDATER: '1',
        DISABLE_ERROR_REPORTING: '1',
        DISABLE_TELEMETRY: '1',
      });
      const kept = readFileSync(join(home, '.claude', 'cache', 'gateway-models.json'), 'utf8');
      return (JSON.parse(kept) as { models: { id: string }[] }).models.map(({ id }) => id);
    },
    runWith,
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}
