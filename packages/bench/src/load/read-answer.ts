import type { Agent, IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { post } from './post.ts';

/** Resolves with the whole answer to a request; rejects if it is an error. */
export async function readAnswer(url: string, body: string, agent: Agent): Promise<string> {
  return readText(await answerTo(url, body, agent));
}

/** Resolves with the milliseconds from a request on a new connection to the first event of its answer, which is read to its end. */
export async function timeFirstEvent(url: string, body: string): Promise<number> {
  const start = performance.now();
  const answer = await answerTo(url, body, false);
  await once(answer, 'readable');
  const time = performance.now() - start;
  await readText(answer);
  return time;
}

async function answerTo(url: string, body: string, agent: Agent | false): Promise<IncomingMessage> {
  const [answer] = (await once(post(url, body, { agent }), 'response')) as [IncomingMessage];
  if (answer.statusCode === 200) return answer;
  throw new Error(`${url} answered ${answer.statusCode}: ${(await readText(answer)).slice(0, 500)}`);
}

async function readText(answer: IncomingMessage): Promise<string> {
  answer.setEncoding('utf8');
  let text = '';
  for await (const part of answer) text += part as string;
  return text;
}
