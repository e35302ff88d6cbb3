/**
 * Sends two conversations with subagents through llama-messages, interleaved, and prints what was reused of their
 * prompts, for comparing the option `slotAffinity`. See docs/decisions/0008-slot-affinity.md.
 *
 * @packageDocumentation
 */
import { parseArgs } from 'node:util';
import { readArguments, runCommand } from './command-line.ts';
import { createInterleavedConversations } from './interleaved.ts';
import { loadRecording } from './recording.ts';
import { runInterleaved } from './run-interleaved.ts';

const usage = `usage: pnpm --filter @llama-messages/bench affinity -- --upstream URL [options]

  --upstream URL    a llama-server, freshly started: what its caches hold already would count as reused
  --slot-affinity   with the option slotAffinity
  --at-once         each conversation goes on as soon as it is answered; otherwise they take turns
  --max-tokens N    of each answer, 16 by default`;

await runCommand(async () => {
  const { values } = parseArgs({
    args: readArguments(),
    options: {
      upstream: { type: 'string' },
      'slot-affinity': { type: 'boolean', default: false },
      'at-once': { type: 'boolean', default: false },
      'max-tokens': { type: 'string', default: '16' },
      help: { type: 'boolean', default: false },
    },
  });
  const { upstream } = values;
  if (values.help || upstream === undefined) {
    console.log(usage);
    if (!values.help) process.exitCode = 2;
    return;
  }
  const [recorded] = loadRecording('par').requests;
  if (!recorded) return;
  const { sent, durationMs } = await runInterleaved({
    upstream: upstream.replace(/\/$/, ''),
    conversations: createInterleavedConversations(recorded),
    slotAffinity: values['slot-affinity'],
    atOnce: values['at-once'],
    maxTokens: Number(values['max-tokens']),
  });
  const failed = sent.find(({ error }) => error !== undefined);
  if (failed) throw new Error(`a request failed: ${failed.status} ${failed.error}`);
  const prompt = sent.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  const cached = sent.reduce((sum, { cachedTokens }) => sum + cachedTokens, 0);
  const waits = sent.map(({ firstTokenMs }) => firstTokenMs ?? 0).sort((a, b) => a - b);
  const median = waits[Math.floor(waits.length / 2)] ?? 0;
  console.log(
    [
      `${sent.length} requests`,
      `${prompt} prompt tokens`,
      `${prompt - cached} read`,
      `${((100 * cached) / prompt).toFixed(1)} % reused`,
      `first token: median ${(median / 1000).toFixed(2)} s, longest ${((waits.at(-1) ?? 0) / 1000).toFixed(2)} s`,
      `all ${(durationMs / 1000).toFixed(1)} s`,
    ].join('; '),
  );
});
