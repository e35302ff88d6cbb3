import { expect, it } from 'vitest';
import { captureJson } from './capture-json.ts';

const parse = (value: unknown, maxBytes: number): unknown =>
  JSON.parse(captureJson(value, maxBytes).json.toString());

it('keeps what fits as it is', () => {
  const value = { text: 'ä'.repeat(40), list: [1, null, true] };
  const { json, bytes, truncated } = captureJson(value, 200);
  expect(JSON.parse(json.toString())).toEqual(value);
  expect(bytes).toBe(json.length);
  expect(truncated).toBe(false);
});

it('counts bytes, not characters', () => {
  expect(captureJson('ä'.repeat(60), 100).truncated).toBe(true);
});

it('shortens long texts, visibly, and keeps the shape', () => {
  const value = { role: 'user', content: [{ type: 'image', data: 'A'.repeat(50_000) }, { text: 'short' }] };
  const captured = captureJson(value, 10_000);
  expect(captured).toMatchObject({ truncated: true, bytes: JSON.stringify(value).length });
  expect(captured.json.length).toBeLessThan(10_000);
  expect(parse(value, 10_000)).toEqual({
    role: 'user',
    content: [{ type: 'image', data: `${'A'.repeat(2_000)}… [48000 more characters]` }, { text: 'short' }],
  });
});

it('never takes more than it may, whatever is in it', () => {
  const values = [
    Array.from({ length: 20_000 }, (_, index) => ({ index })),
    Array.from({ length: 500 }, () => '\u0001"\\'.repeat(300)),
    '😀'.repeat(20_000),
  ];
  for (const value of values) {
    const captured = captureJson(value, 8_000);
    expect(captured.truncated).toBe(true);
    expect(captured.json.length).toBeLessThanOrEqual(8_000);
    expect(JSON.stringify(parse(value, 8_000))).toContain('more characters]');
  }
});
