import { describe, expect, test } from 'vitest';
import { parseOptions } from './options.ts';

describe('parseOptions', () => {
  test('without options: Fastify on port 8787 of this machine only, no key', () => {
    expect(parseOptions([])).toMatchObject({
      framework: 'fastify',
      host: '127.0.0.1',
      port: 8787,
      upstream: undefined,
      model: undefined,
      apiKeys: [],
    });
  });

  test('the page is on, and keeps nothing unless asked to', () => {
    expect(parseOptions([])).toMatchObject({ ui: true, inspect: false });
    expect(parseOptions(['--no-ui'])).toMatchObject({ ui: false });
    expect(parseOptions(['--inspect'])).toMatchObject({ inspect: true });
    expect(parseOptions(['--inspect', '--host', '::1'])).toMatchObject({ inspect: true });
    expect(parseOptions(['--inspect', '--host', '0.0.0.0', '--api-key', 'k'])).toMatchObject({
      inspect: true,
    });
  });

  test('takes several keys, and how a model is run', () => {
    const args = ['--model', 'a.gguf', '--gpu-layers', '20', '--context-size=65536', '--parallel', '2'];
    expect(parseOptions([...args, '--api-key', 'one', '--api-key', 'two'])).toMatchObject({
      apiKeys: ['one', 'two'],
      model: { file: 'a.gguf', gpuLayers: '20', contextSize: 65_536, parallel: 2 },
    });
  });

  test.each([
    [['--port', 'x'], '--port must be a whole number from 0 to 65535, not x.'],
    [['--port', '70000'], '--port must be a whole number from 0 to 65535, not 70000.'],
    [['--framework', 'koa'], '--framework must be one of express, fastify, nestjs, not koa.'],
    [['--upstream', 'localhost:8080'], '--upstream must be a URL like http://127.0.0.1:8080'],
    [['--upstream', 'http://a', '--model', 'b.gguf'], '--upstream and --model exclude each other'],
    [['--parallel', '2'], '--parallel needs --model FILE.gguf.'],
    [['--model', 'a.gguf', '--gpu-layers', 'some'], '--gpu-layers must be a number, auto or all, not some.'],
    [
      ['--model', 'a.gguf', '--context-size', '0'],
      '--context-size must be a whole number of at least 1, not 0.',
    ],
    [['--model', 'hf:owner'], '--model hf:owner is no model on Hugging Face. Write it like hf:'],
    [['--model', ''], '--model must not be empty.'],
    [['--nonsense'], "Unknown option '--nonsense'. See npm start -- --help."],
    [['nonsense'], "Unexpected argument 'nonsense'."],
    [['--api-key', ''], '--api-key must not be empty.'],
    [['--inspect', '--no-ui'], '--inspect shows requests on the web page: leave out --no-ui.'],
    [
      ['--inspect', '--host', '0.0.0.0'],
      '--inspect shows what everybody asks, and --host 0.0.0.0 lets others in: add --api-key KEY, or leave out --host.',
    ],
  ])('%j is refused with what to change', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
