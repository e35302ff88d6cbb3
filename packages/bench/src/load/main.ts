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

/** As many streams are opened at the same time; more would meet the listen backlog. */
const opening = 64;

let streams: OpenStream[] = [];
const agent = new Agent({ keepAlive: true });

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
    let left = requests;
    const line = async () => {
      while (left > 0) {
        left -= 1;
        await readAnswer(url, body, agent);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, line));
  },
  async firstEvents({ urls, body, requests }) {
    const times = urls.map((): number[] => []);
    for (let index = 0; index < requests; index += 1) {
      for (const [place, url] of urls.entries()) {
        // Not in step with the tokens of the open streams.
        await sleep(Math.random() * 15);
        times[place]?.push(await timeFirstEvent(url, body));
      }
    }
    return times;
  },
  text: ({ url, body }) => readAnswer(url, body, agent),
});
