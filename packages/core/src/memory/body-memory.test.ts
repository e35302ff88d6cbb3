import { describe, expect, it } from 'vitest';
import { createBodyMemory } from './body-memory.ts';

const opening = { role: 'user', content: 'x'.repeat(600) };
const tools = [{ name: 'read', input_schema: { type: 'object' } }];

interface Body {
  readonly model: string;
  readonly messages: { role: string; content: string }[];
  readonly tools: object[];
  readonly stream: boolean;
}

const bodyOf = (...contents: string[]): Body => ({
  model: 'm',
  messages: [opening, ...contents.map((content) => ({ role: 'user', content }))],
  tools,
  stream: true,
});

const bytesOf = (body: unknown, space?: number): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(body, undefined, space));

/** Returns what a memory makes of bodies, one after the other. */
function read(memory: ReturnType<typeof createBodyMemory>, line: string, ...bodies: unknown[]): Body[] {
  return bodies.map((body) => memory.parse(line, bytesOf(body)) as Body);
}

describe('parse', () => {
  it('gives the objects of the last turn for what has not changed since', () => {
    const [, second, third, fourth] = read(
      createBodyMemory(),
      'line',
      bodyOf('a'),
      bodyOf('a', 'b'),
      bodyOf('a', 'c', 'd'),
      bodyOf('a', 'c'),
    ) as [Body, Body, Body, Body];
    expect(third).toEqual(bodyOf('a', 'c', 'd'));
    expect(third.messages[0]).toBe(second.messages[0]);
    expect(third.messages[1]).toBe(second.messages[1]);
    expect(third.tools).toBe(second.tools);
    expect(fourth).toEqual(bodyOf('a', 'c'));
    expect(fourth.messages[2]).toBe(third.messages[2]);
  });

  it('takes nothing of another line, nor of a body with other fields behind its messages', () => {
    const memory = createBodyMemory();
    const [, second] = read(memory, 'line', bodyOf('a'), bodyOf('a')) as [Body, Body];
    const [other] = read(memory, 'other', bodyOf('a')) as [Body];
    const [changed] = read(memory, 'line', { ...bodyOf('a'), stream: false }) as [Body];
    expect(other.messages[0]).not.toBe(second.messages[0]);
    expect(changed).toEqual({ ...bodyOf('a'), stream: false });
  });

  it('keeps what it gives again from being changed, and lets the rest be', () => {
    const memory = createBodyMemory();
    const [first, second] = read(memory, 'line', bodyOf('a'), bodyOf('a')) as [Body, Body];
    first.messages[0]!.content = 'changed';
    expect(() => Object.assign(second.messages[0]!, { content: 'changed' })).toThrow(TypeError);
    expect(() => second.tools.push({})).toThrow(TypeError);
    second.messages.pop();
    Object.assign(second, { stream: false });
    expect(read(memory, 'line', bodyOf('a'))).toEqual([bodyOf('a')]);
  });

  it('reads bodies that are written with white space, too', () => {
    const memory = createBodyMemory();
    const parse = (body: unknown): Body => memory.parse('line', bytesOf(body, 2)) as Body;
    const [, second, third] = [bodyOf('a', 'b'), bodyOf('a', 'b'), bodyOf('a', 'c')].map(parse) as [
      Body,
      Body,
      Body,
    ];
    expect(third).toEqual(bodyOf('a', 'c'));
    expect(third.messages[1]).toBe(second.messages[1]);
  });

  it('forgets what was not used for the longest time', () => {
    const size = bytesOf(bodyOf('a')).length;
    const memory = createBodyMemory({ maxBytes: 2 * size + 2_000 });
    for (const line of ['one', 'two', 'three']) read(memory, line, bodyOf('a'), bodyOf('a'));
    const [again] = read(memory, 'three', bodyOf('a')) as [Body];
    expect(read(memory, 'three', bodyOf('a'))[0]?.messages[0]).toBe(again.messages[0]);
    const [first] = read(memory, 'one', bodyOf('a')) as [Body];
    const [second] = read(memory, 'one', bodyOf('a')) as [Body];
    // Not yet a conversation again, when it came for the first time.
    expect(second.messages[0]).not.toBe(first.messages[0]);
  });

  it('throws as JSON.parse does', () => {
    const memory = createBodyMemory();
    read(memory, 'line', bodyOf('a'), bodyOf('a'));
    const damaged = bytesOf(bodyOf('a', 'b')).slice(0, -30);
    expect(() => memory.parse('line', damaged)).toThrow(SyntaxError);
    expect(() => memory.parse('line', new Uint8Array())).toThrow(SyntaxError);
    expect(read(memory, 'line', bodyOf('a', 'b'))).toEqual([bodyOf('a', 'b')]);
  });
});
