/**
 * Plays recorded conversations to a llama-server, through llama-messages, and prints how much of each prompt was
 * reused, and how much could have been. See docs/performance.md.
 *
 * @packageDocumentation
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readArguments, runCommand } from './command-line.ts';
import { loadRecording, recordedConversations } from './recording.ts';
import { replayColumns, toTable, toTerminalLine, toTotalRows, toTurnRow } from './replay-table.ts';
import { replayThroughBridge, replayToOwnEndpoint, type Turn } from './run-replay.ts';
import { toTotals } from './totals.ts';

const usage = `usage: pnpm --filter @llama-messages/bench replay -- --upstream URL [options]

  --upstream URL            a llama-server, freshly started: what its caches hold already would count as reused
  --conversation A,B|FOLDER what to play, may be repeated; by default ${recordedConversations.join(',')}
  --own                     ask llama-server's own /v1/messages instead of llama-messages
  --max-tokens N            of each answer, 4 by default
  --json FILE               write everything measured, too
  --markdown                print a Markdown table at the end`;

await runCommand(async () => {
  const { values } = parseArgs({
    args: readArguments(),
    options: {
      upstream: { type: 'string' },
      conversation: { type: 'string', multiple: true },
      own: { type: 'boolean', default: false },
      'max-tokens': { type: 'string', default: '4' },
      json: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { upstream, own, json, markdown } = values;
  if (values.help || upstream === undefined) {
    console.log(usage);
    if (!values.help) process.exitCode = 2;
    return;
  }
  const names = values.conversation?.flatMap((list) => list.split(',')) ?? recordedConversations;
  const play = own ? replayToOwnEndpoint : replayThroughBridge;

  console.log(toTerminalLine(replayColumns));
  const turns = await play({
    upstream: upstream.replace(/\/$/, ''),
    recordings: names.map(loadRecording),
    maxTokens: Number(values['max-tokens']),
    onTurn: printTurn,
  });
  const totals = toTotalRows(turns);
  for (const row of totals) console.log(toTerminalLine(row));
  if (markdown) console.log(`\n${toTable(replayColumns, [...turns.map(toTurnRow), ...totals], true)}`);
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ own, turns, totals: toTotals(turns) }, undefined, 2)}\n`);
  }
});

function printTurn(turn: Turn): void {
  console.log(toTerminalLine(toTurnRow(turn)));
  // An answer that came back as another loses nothing but itself; every recorded one does.
  if (turn.prefixBreak && turn.prefixBreak.lostCharacters > 0) {
    console.log(`  the prompt broke: ${JSON.stringify(turn.prefixBreak)}`);
  }
  if (turn.boundTokens !== undefined && turn.cachedTokens > turn.boundTokens) {
    console.log('  more than an empty cache could give: restart llama-server between runs');
  }
}
