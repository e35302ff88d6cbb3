import { describe, expect, test } from 'vitest';
import { createCaseRunner } from './case-runner.ts';
import { cases } from './cases.ts';
import { type Fault, createFaultyAdapter } from './faulty-proxy.ts';

const all = Object.values(cases).flat();

/** Faults that servers in the field have had, and the cases that must notice them: a case that cannot fail guards nothing. */
const faults: readonly (readonly [name: string, fault: Fault, noticedBy: readonly string[]])[] = [
  ['buffers the stream', { isBuffering: true }, ['streaming.unbuffered']],
  [
    'goes on when the client has left',
    { isDeaf: true },
    ['disconnect.before-headers.streamed', 'disconnect.idle.streamed'],
  ],
  ['reads on while the client does not', { isGreedy: true }, ['disconnect.blocked']],
  [
    'ends a broken stream as if it were whole',
    {
      text: (text) =>
        text.replace(/event: error\n.*\n\n/, 'event: message_stop\ndata: {"type":"message_stop"}\n\n'),
    },
    ['errors.broken.truncated', 'errors.broken.reset', 'errors.late-refusal'],
  ],
  [
    'loses the last frame',
    { text: (text) => text.replace(/event: message_stop\n.*\n\n/, '') },
    ['streaming.fixture.text', 'sdk.stream'],
  ],
  [
    'leaves the names of events out',
    { text: (text) => text.replaceAll(/^event: .*\n/gm, '') },
    ['streaming.fixture.text', 'sdk.stream'],
  ],
  [
    'leaves headers out',
    { headers: ({ 'content-type': contentType }) => ({ 'content-type': contentType }) },
    ['headers.request-id', 'headers.stream', 'routing.wrong-method', 'errors.down'],
  ],
  [
    'answers every error with 500',
    { status: (status) => (status >= 400 ? 500 : status) },
    ['auth.refused', 'limits.body.malformed', 'errors.refused.overflow', 'routing.unknown', 'sdk.errors'],
  ],
  [
    'breaks characters that are cut by a read',
    { text: (text) => text.replaceAll(/[\u0080-\u00ff]/g, '?') },
    ['streaming.fixture.prompt-progress', 'messages.unicode'],
  ],
];

describe.each(faults)('an adapter that %s', (_name, fault, noticedBy) => {
  test.each(noticedBy)('fails %s', async (id) => {
    const conformanceCase = all.find((one) => one.id === id);
    if (!conformanceCase) throw new Error(`no such case: ${id}`);
    const runner = await createCaseRunner(createFaultyAdapter(fault), expect, 2_500);
    try {
      await expect(runner.run(conformanceCase)).rejects.toThrow();
    } finally {
      await runner.close();
    }
  });
});

test('a proxy without a fault passes, so it is the fault that is noticed', async () => {
  const runner = await createCaseRunner(createFaultyAdapter({}), expect);
  try {
    const noticed = new Set(faults.flatMap(([, , ids]) => ids));
    for (const conformanceCase of all) if (noticed.has(conformanceCase.id)) await runner.run(conformanceCase);
  } finally {
    await runner.close();
  }
});

test('every case has an id of its own', () => {
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
});
