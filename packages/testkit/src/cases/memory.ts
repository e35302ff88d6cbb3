import type { ChatMessage, ContentBlock, Message } from '@llama-messages/core';
import { streamAnswer } from '../answer.ts';
import {
  finishChunk,
  progressChunk,
  reasoningChunk,
  textAnswerChunks,
  toolCallChunk,
} from '../chat-chunks.ts';
import type { Client } from '../client.ts';
import { type ConformanceCase, type TestedServer, requestOf } from '../conformance-case.ts';

type Assistant = Extract<ChatMessage, { role: 'assistant' }>;

const thought = 'They want the sky.\nI look up.';
/** Spaces, key order and a spelling that no client keeps. */
const generated = '{"where":  "sky", "at": 5.0,"note":"caf\\u00e9"}';
const tools = [
  {
    name: 'look',
    description: 'Looks.',
    input_schema: {
      type: 'object',
      properties: { where: { type: 'string' }, at: { type: 'number' }, note: { type: 'string' } },
    },
  },
];

/** Lets the model think and call a tool; returns the content that the client is sent. */
async function askForCall(
  { client, upstream }: TestedServer,
  headers: Readonly<Record<string, string>>,
  more: Record<string, unknown> = {},
  json = generated,
): Promise<ContentBlock[]> {
  upstream.answer(
    streamAnswer(
      progressChunk(10, 0, 10),
      reasoningChunk(thought),
      toolCallChunk({ index: 0, id: 'call1', name: 'look', arguments: json }),
      finishChunk('tool_calls'),
    ),
  );
  const response = await client.messages(requestOf('Which colour?', { tools, ...more }), headers);
  return ((await response.json()) as Message).content;
}

/** Sends the conversation on with this answer in it, and returns it as the upstream got it. */
async function replay(
  { client, upstream }: TestedServer,
  content: readonly unknown[],
  headers: Readonly<Record<string, string>>,
  more: Record<string, unknown> = {},
): Promise<Assistant | undefined> {
  const call = content.find((block) => (block as ContentBlock).type === 'tool_use') as { id: string };
  upstream.answer(streamAnswer(...textAnswerChunks('Blue.')));
  await readAnswer(client, headers, {
    ...requestOf('Which colour?', { tools, ...more }),
    messages: [
      { role: 'user', content: 'Which colour?' },
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'blue' }] },
    ],
  });
  const messages = upstream.chatCalls.at(-1)?.body?.['messages'] as ChatMessage[];
  return messages.find((message): message is Assistant => message.role === 'assistant');
}

async function readAnswer(client: Client, headers: Readonly<Record<string, string>>, body: unknown) {
  const response = await client.messages(body, headers);
  const text = await response.text();
  if (response.status !== 200) throw new Error(text);
}

const withInput = (content: readonly ContentBlock[], input: unknown) =>
  content.map((block) => (block.type === 'tool_use' ? { ...block, input } : block));

const own = { 'x-api-key': 'one' };
const other = { 'x-api-key': 'two' };
const hidden = { thinking: { type: 'adaptive', display: 'omitted' } };

/** What a client replays in its own words reaches the model in the model's: prompt caches live on that. */
export const memoryCases: readonly ConformanceCase[] = [
  {
    id: 'memory.arguments',
    title:
      'MUST send replayed tool arguments byte for byte as they were generated, whatever the client made of them',
    run: async ({ createServer, expect }) => {
      const server = await createServer({});
      const content = await askForCall(server, own);
      const input = { at: 5, note: 'café', where: 'sky' };
      expect(content.at(-1)).toMatchObject({ type: 'tool_use', input });
      const sent = await replay(server, withInput(content, input), own);
      expect(sent?.tool_calls?.[0]?.function.arguments).toBe(generated);
    },
  },
  {
    id: 'memory.arguments-changed',
    title: 'MUST leave arguments alone that the client has changed, and those of another key',
    run: async ({ createServer, expect }) => {
      const server = await createServer({});
      const content = await askForCall(server, own);
      for (const [input, headers] of [
        [{ where: 'sea', at: 5, note: 'café' }, own],
        [{ where: 'sky', at: 5, note: 'café' }, other],
      ] as const) {
        const sent = await replay(server, withInput(content, input), headers);
        expect(sent?.tool_calls?.[0]?.function.arguments).toBe(JSON.stringify(input));
      }
    },
  },
  {
    id: 'memory.arguments-repaired',
    title: 'MUST send arguments that were repaired for the client back to the model as it generated them',
    run: async ({ createServer, expect }) => {
      const server = await createServer({});
      const wrong = '{"where":  "sky", "at": "5"}';
      const content = await askForCall(server, own, {}, wrong);
      expect(content.at(-1)).toMatchObject({ type: 'tool_use', input: { where: 'sky', at: 5 } });
      const sent = await replay(server, withInput(content, { at: 5, where: 'sky' }), own);
      expect(sent?.tool_calls?.[0]?.function.arguments).toBe(wrong);
      const changed = await replay(server, withInput(content, { at: 6, where: 'sky' }), own);
      expect(changed?.tool_calls?.[0]?.function.arguments).toBe('{"at":6,"where":"sky"}');
    },
  },
  {
    id: 'memory.hidden-thinking',
    title:
      'MUST bring back thinking that the client was not shown, after a restart too, and for its own key only',
    run: async ({ createServer, expect }) => {
      const content = await askForCall(await createServer({}), own, hidden);
      expect(content[0]).toMatchObject({ type: 'thinking', thinking: '', signature: expect.any(String) });
      // Another server knows nothing but what the client sends.
      const restarted = await createServer({});
      expect((await replay(restarted, content, own, hidden))?.reasoning_content).toBe(thought);
      expect((await replay(restarted, content, other, hidden))?.reasoning_content).toBeUndefined();
    },
  },
  {
    id: 'memory.signing-secret',
    title: 'MUST bring such thinking back in every process with the same signingSecret, and in no other',
    run: async ({ createServer, expect }) => {
      const signingSecret = 'known to this service and nobody else';
      const content = await askForCall(await createServer({ signingSecret }), own, hidden);
      for (const [options, expected] of [
        [{ signingSecret }, thought],
        [{ signingSecret: `${signingSecret}!` }, undefined],
        [{}, undefined],
      ] as const) {
        const server = await createServer(options);
        expect((await replay(server, content, own, hidden))?.reasoning_content).toBe(expected);
      }
      for (const tooShort of ['secret', ''])
        await expect(createServer({ signingSecret: tooShort })).rejects.toThrow(/at least 32 characters/);
    },
  },
  {
    id: 'memory.dropped-thinking',
    title: 'MUST put thinking back that the client has dropped, for its own key only',
    run: async ({ createServer, expect }) => {
      const server = await createServer({});
      const content = await askForCall(server, own);
      expect(content[0]).toMatchObject({ type: 'thinking', thinking: thought });
      const rest = content.filter(({ type }) => type !== 'thinking');
      expect((await replay(server, rest, own))?.reasoning_content).toBe(thought);
      expect((await replay(server, rest, other))?.reasoning_content).toBeUndefined();
    },
  },
];
