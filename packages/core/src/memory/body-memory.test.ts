import { describe, expect, it } from 'vitest';
import { createBodyMemory } from './body-memory.ts';

const tools = [{ name: 'read', input_schema: { type: 'object' } }];

interface Body {
  readonly model: string;
  readonly messages: { role: string; content: string }[];
  readonly tools: object[];
  readonly metadata: { user_id: string };
}

const bodyOf = (...contents: string[]): Body => ({
  model: 'm',
  messages: ['Hello', 'Hi', ...contents].map((content) => ({ role: 'user', content })),
  tools,
  metadata: { user_id: 'me' },
});

const bytesOf = (body: unknown, space?: number): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(body, undefined, space));

/** With the room for the next turns, and a short name of its line. */
const bytesOfEntry = bytesOf(bodyOf('a')).length + 17_000;

/** Returns what a memory makes of a body. */
const read = (
  memory: ReturnType<typeof createBodyMemory>,
  line: string,
  body: unknown,
  space?: number,
): Body => memory.parse(line, bytesOf(body, space)) as Body;

describe('parse', () => {
  it('gives the objects of the last turn for what has not changed since', () => {
    const memory = createBodyMemory();
    const first = read(memory, 'line', bodyOf('a', 'b'));
    const second = read(memory, 'line', bodyOf('a', 'c', 'd'));
    const third = read(memory, 'line', bodyOf('a', 'c'));
    expect(second).toEqual(bodyOf('a', 'c', 'd'));
    expect(second.messages.map((message, at) => message === first.messages[at])).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(second.tools).toBe(first.tools);
    expect(third).toEqual(bodyOf('a', 'c'));
    expect(third.messages[3]).toBe(second.messages[3]);
  });

  it('knows the conversations of a line from each other', () => {
    const memory = createBodyMemory();
    const bodies = ['one', 'two', 'three'].map((name) => ({ ...bodyOf('a'), metadata: { user_id: name } }));
    const first = bodies.map((body) => read(memory, 'line', body));
    const second = bodies.map((body) => read(memory, 'line', body));
    expect(second).toEqual(bodies);
    expect(second.map(({ tools: same }, at) => same === first[at]?.tools)).toEqual([true, true, true]);
  });

  it('takes nothing of another line, nor of a body with other fields behind its messages', () => {
    const memory = createBodyMemory();
    const first = read(memory, 'line', bodyOf('a'));
    expect(read(memory, 'other', bodyOf('a')).messages[0]).not.toBe(first.messages[0]);
    const changed = { ...bodyOf('a'), metadata: { user_id: 'mi' } };
    expect(read(memory, 'line', changed)).toEqual(changed);
  });

  it('keeps what it gives again from being changed, and lets the rest be', () => {
    const memory = createBodyMemory();
    for (let turn = 0; turn < 3; turn += 1) {
      const body = read(memory, 'line', bodyOf('a', 'b'));
      expect(body).toEqual(bodyOf('a', 'b'));
      expect(() => Object.assign(body.messages[0] as object, { content: 'changed' })).toThrow(TypeError);
      expect(() => body.tools.push({})).toThrow(TypeError);
      body.messages.pop();
      Object.assign(body, { model: 'other' });
    }
  });

  it('leaves a body alone that may be the only one', () => {
    const memory = createBodyMemory();
    const body = read(memory, 'line', bodyOf());
    Object.assign(body.messages[0] as object, { content: 'changed' });
    expect(read(memory, 'line', bodyOf())).toEqual(bodyOf());
  });

  it('reads bodies that are written with white space, too', () => {
    const memory = createBodyMemory();
    const first = read(memory, 'line', bodyOf('a', 'b'), 2);
    const second = read(memory, 'line', bodyOf('a', 'c'), 2);
    expect(second).toEqual(bodyOf('a', 'c'));
    expect(second.messages[2]).toBe(first.messages[2]);
  });

  it('forgets what was not used for the longest time', () => {
    const memory = createBodyMemory({ maxBytes: 2 * bytesOfEntry });
    const one = read(memory, 'one', bodyOf('a'));
    const two = read(memory, 'two', bodyOf('a'));
    expect(read(memory, 'one', bodyOf('a')).tools).toBe(one.tools);
    read(memory, 'three', bodyOf('a'));
    expect(read(memory, 'one', bodyOf('a')).tools).toBe(one.tools);
    expect(read(memory, 'two', bodyOf('a')).tools).not.toBe(two.tools);
  });

  it('keeps no body that is larger than all that it may keep', () => {
    const memory = createBodyMemory({ maxBytes: bytesOfEntry / 2 });
    const first = read(memory, 'line', bodyOf('a'));
    expect(read(memory, 'line', bodyOf('a')).tools).not.toBe(first.tools);
  });

  it('counts the names of lines, which clients choose', () => {
    const memory = createBodyMemory({ maxBytes: 2 * bytesOfEntry });
    const [one, other] = ['x'.repeat(6_000), 'y'.repeat(6_000)] as const;
    const first = read(memory, one, bodyOf('a'));
    expect(read(memory, one, bodyOf('a')).tools).toBe(first.tools);
    read(memory, other, bodyOf('a'));
    expect(read(memory, one, bodyOf('a')).tools).not.toBe(first.tools);
  });

  it('reads a body that is nested more deeply than the stack is high, as JSON.parse does', () => {
    const memory = createBodyMemory();
    const deep = (depth: number) => `{"messages":[1,2,3,${'['.repeat(depth)}${']'.repeat(depth)}],"a":1}`;
    for (const depth of [1, 200_000, 200_000, 2]) {
      let value = (memory.parse('line', new TextEncoder().encode(deep(depth))) as { messages: unknown[] })
        .messages[3];
      let levels = 0;
      while (Array.isArray(value)) [value, levels] = [value[0], levels + 1];
      expect(levels).toBe(depth);
    }
  });

  it('looks through so many conversations of a line, and no more', () => {
    const memory = createBodyMemory();
    const bodies = Array.from({ length: 129 }, (_, at) => ({
      ...bodyOf('a'),
      metadata: { user_id: `${at}` },
    }));
    const first = bodies.map((body) => read(memory, 'line', body));
    expect(read(memory, 'line', bodies[128]).tools).toBe(first[128]?.tools);
    expect(read(memory, 'line', bodies[1]).tools).toBe(first[1]?.tools);
    expect(read(memory, 'line', bodies[0]).tools).not.toBe(first[0]?.tools);
  });

  it('throws as JSON.parse does', () => {
    const memory = createBodyMemory();
    read(memory, 'line', bodyOf('a'));
    const damaged = bytesOf(bodyOf('a', 'b')).slice(0, -30);
    expect(() => memory.parse('line', damaged)).toThrow(SyntaxError);
    expect(() => memory.parse('line', new Uint8Array())).toThrow(SyntaxError);
    memory.parse('line', new TextEncoder().encode('{"messages":[1,[2],3],"k":4}'));
    // Begins and ends as that one does, and both go over each other.
    const overlapping = new TextEncoder().encode('{"messages":[1,[2],"k":4}');
    expect(() => memory.parse('line', overlapping)).toThrow(SyntaxError);
    expect(read(memory, 'line', bodyOf('a', 'b'))).toEqual(bodyOf('a', 'b'));
  });
});
