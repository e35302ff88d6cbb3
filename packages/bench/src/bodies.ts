import { loadRecording } from './recording.ts';
import { llmsProvider } from './servers/llms.ts';

/** One provider's model for the server that wants it so; the others take any name. */
const model = `${llmsProvider},demo`;

/** A request of a chat without tools. */
export const shortBody = JSON.stringify({
  model,
  max_tokens: 100_000,
  stream: true,
  messages: [{ role: 'user', content: 'Tell me something.' }],
});

/** A request as Claude Code sent it: 12 tools, a system prompt, and what it says of the project. */
export function claudeCodeBody(): string {
  const recorded = loadRecording('plain').requests[0];
  if (!recorded) throw new Error('The recording "plain" holds no request');
  return JSON.stringify({ ...recorded.body, model });
}

/**
 * The same request at the end of a long conversation: turns of calls of a tool with large results, until the body has
 * `bytes`.
 */
export function longConversationBody(bytes: number): string {
  const body = JSON.parse(claudeCodeBody()) as { messages: { role: string; content: unknown }[] };
  const prose = JSON.stringify(body.messages);
  const turns: unknown[] = [];
  let size = prose.length;
  let number = 0;
  while (size < bytes - JSON.stringify(body).length) {
    number += 1;
    const result = prose.slice((number * 977) % 1000).slice(0, 2000 + ((number * 7919) % 6000));
    const turn = [
      {
        role: 'assistant',
        content: [
          { type: 'text', text: `${number}. ${prose.slice(number % 500, (number % 500) + 200)}` },
          {
            type: 'tool_use',
            id: `toolu_${number}`,
            name: 'Read',
            input: { file_path: `src/file-${number}.ts` },
          },
        ],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: `toolu_${number}`, content: result }] },
    ];
    turns.push(...turn);
    size += JSON.stringify(turn).length;
  }
  return JSON.stringify({ ...body, messages: [...body.messages, ...turns] });
}
