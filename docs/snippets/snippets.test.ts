import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createMessagesHandler } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';
import {
  createScriptedLlamaServer,
  finishChunk,
  listen,
  streamAnswer,
  textChunk,
  usageChunk,
} from '@llama-messages/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTypes, toJavaScript } from './check-types.ts';
import { runSnippet } from './run-snippet.ts';
import { type Snippet, readSnippets } from './snippet.ts';

// Inside of docs, where the packages that the pages import are found.
const folder = fileURLToPath(new URL('../.snippets', import.meta.url));
const demoModel = fileURLToPath(new URL('../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url));

const snippets = readSnippets();
const modules = snippets.filter(({ isModule }) => isModule);
const toFile = ({ where }: Snippet, extension: string) =>
  `${folder}/${where.replaceAll(/[^\w]+/g, '-')}.${extension}`;

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the code in the pages', () => {
  it('is whole modules, so that it can be copied and run', () => {
    const fragments = snippets.filter(({ where, isModule }) => where.startsWith('docs/') && !isModule);
    expect(fragments.map(({ where }) => where)).toEqual([]);
    expect(modules.length).toBeGreaterThan(0);
  });

  it('fits the types of the packages', { timeout: 120_000 }, () => {
    const files = modules.map((snippet) => {
      const file = toFile(snippet, snippet.language === 'ts' ? 'mts' : 'mjs');
      writeFileSync(file, snippet.code);
      return file;
    });
    const complaints = checkTypes(files);
    const found = modules.flatMap(({ where }, index) => {
      const complaint = complaints.get(files[index] ?? '');
      return complaint ? [`${where}\n${complaint}`] : [];
    });
    expect(found.join('\n')).toBe('');
  });

  it.concurrent.each(modules.filter(({ marks }) => !marks.onlyTypes))(
    'runs: $where',
    { timeout: 60_000 },
    async (snippet) => {
      const { base, key, says } = snippet.marks;
      const upstream = await createScriptedLlamaServer();
      if (says !== undefined) {
        upstream.on('POST /v1/chat/completions', () =>
          streamAnswer(textChunk(says), finishChunk('stop'), usageChunk(10, 5)),
        );
      }
      const handler = createMessagesHandler({ upstream: upstream.url });
      const server = await listen(createServer(toNodeListener(handler)), () => handler.close());
      const code = snippet.code
        .replaceAll('http://127.0.0.1:8787', server.url)
        .replaceAll(/http:\/\/127\.0\.0\.1:\d{4}\b/g, upstream.url)
        .replaceAll(/'[^']+\.gguf'/g, JSON.stringify(demoModel));
      const file = toFile(snippet, 'run.mjs');
      writeFileSync(file, snippet.language === 'ts' ? toJavaScript(code) : code);
      try {
        const run = await runSnippet(file);
        if (run.state === 'ended') {
          expect(run, run.output).toMatchObject({ code: 0 });
          // A client shows what it got.
          if (code.includes(server.url)) expect(run.output).not.toBe('');
          return;
        }
        try {
          const url = `http://127.0.0.1:${run.port}${base}`;
          const response = await ask(url, key ?? 'none');
          expect(await response.text()).toContain('event: message_stop');
          if (key !== undefined) expect((await ask(url, 'wrong')).ok).toBe(false);
        } finally {
          await run.stop();
        }
      } finally {
        await server.close();
        await upstream.close();
      }
    },
  );
});

function ask(url: string, key: string): Promise<Response> {
  return fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({
      model: 'my-model',
      max_tokens: 16,
      stream: true,
      messages: [{ role: 'user', content: 'Hello!' }],
    }),
  });
}
