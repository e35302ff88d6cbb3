import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadRecording, recordedConversations } from './recording.ts';

it('every conversation of the fixtures can be played, in the order it was recorded in', () => {
  const counts = recordedConversations.map((name) => loadRecording(name).requests.length);

  expect(counts).toEqual([1, 2, 2, 4, 2, 3]);
  const { requests } = loadRecording('readimg');
  const lengths = requests.map(({ body }) => body.messages.length);
  expect(lengths).toEqual([2, 4, 6, 8]);
});

it('what is no request for a message is left out of a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  const body = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] };
  const calls = [
    { method: 'HEAD', path: '/', headers: {} },
    { method: 'POST', path: '/v1/messages/count_tokens', headers: {}, body },
    { method: 'POST', path: '/x/v1/messages?beta=true', headers: {}, body },
  ];
  for (const [index, call] of calls.entries()) {
    writeFileSync(join(folder, `00${index}-call.json`), JSON.stringify(call));
  }

  expect(loadRecording(folder).requests.map(({ name }) => name)).toEqual(['002-call']);
});

it('a conversation that does not exist is named, with those that do', () => {
  expect(() => loadRecording('pra')).toThrow(/no recording pra.*plain, par/);
});
