/**
 * The process of the load generator.
 *
 * @packageDocumentation
 */
import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerCommands } from '../processes/commands.ts';
import type { LoadCommands } from './commands.ts';
import { openStream, type OpenStream } from './open-stream.ts';
import { readAnswer, timeFirstEvent } from './read-answer.ts';
import { toTurns } from './turns.ts';

/** As many streams are opened at the same time; more would meet the listen backlog. */
const opening = 64;

let streams: OpenStream[] = [];
const conversations = new Map<string, readonly (readonly string[])[]>();

function conversationsOf(body: string, count: number): readonly (readonly string[])[] {
  const key = `${count} ${body}`;
  const known =
    conversations.get(key) ??
    Array.from({ length: count }, (_, name) => toTurns(body, `Conversation ${name}`));
  conversations.set(key, known);
  return known;
}

answerCommands<LoadCommands>({
  async open({ url, body, streams: count }) {
    streams = [];
    while (streams.length < count) {
      const batch = Array.from({ length: Math.min(opening, count - streams.length) }, () =>
        openStream(url, body),
      );
      streams.push(...batch);
      await Promise.all(batch.map(({ begun }) => begun));
    }
  },
  async received() {
    await Promise.all(streams.map(({ received }) => received));
  },
  async closed() {
    await Promise.all(streams.map(({ closed }) => closed));
  },
  async abort() {
    for (const stream of streams) stream.abort();
    await Promise.all(streams.map(({ gone }) => gone));
  },
  async ask({ url, body, requests, atOnce }) {
    const agent = new Agent({ keepAlive: true });
    let left = requests;
    const line = async (turns: readonly string[]) => {
      for (let turn = 0; left > 0; turn += 1) {
        left -= 1;
        await readAnswer(url, turns[turn % turns.length] ?? body, agent);
      }
    };
    await Promise.all(conversationsOf(body, atOnce).map(line));
    // Servers close connections that are silent for seconds, which the next round would run into.
    agent.destroy();
  },
  async firstEvents({ urls, body, requests, longestPauseMs }) {
    const times = urls.map((): number[] => []);
    for (let index = 0; index < requests; index += 1) {
      for (const [place, url] of urls.entries()) {
        // Not in step with the tokens of the open streams.
        if (longestPauseMs > 0) await sleep(Math.random() * longestPauseMs);
        times[place]?.push(await timeFirstEvent(url, body));
      }
    }
    return times;
  },
  text: ({ url, body }) => readAnswer(url, body, false),
});
