import { describe, expect, it } from 'vitest';
import { MessagesError } from '../errors.ts';
import type { MessageParam } from '../messages/types.ts';
import { type MessagesOptions, resolveOptions } from '../options.ts';
import type { Upstream, UpstreamModel } from '../upstream/upstream.ts';
import { createBackends } from './backend.ts';
import { toModelRequest } from './model-request.ts';
import { toRoutedRequest } from './model-route.ts';
import { createModelRouter } from './model-router.ts';

const call = { signal: new AbortController().signal, requestId: 'req_1' };
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } };

function serverOf(models: () => Promise<readonly UpstreamModel[]>): Upstream {
  return {
    name: 'test',
    traits: {},
    stream: () => Promise.reject(new Error('not asked')),
    countTokens: () => Promise.reject(new Error('not asked')),
    models,
  };
}

const big = serverOf(async () => [
  { id: 'big', contextWindow: 8192, vision: false },
  { id: 'big-too', contextWindow: 4096, vision: false },
]);
const small = serverOf(async () => [{ id: 'small', contextWindow: 2048, vision: false }]);
const eyes = serverOf(async () => [{ id: 'eyes', contextWindow: 1024, vision: true }]);
const down = serverOf(() =>
  Promise.reject(new MessagesError('overloaded_error', 'down', { upstreamState: 'down' })),
);
const hanging = serverOf(() => new Promise(() => {}));

function routerOf(options: Partial<MessagesOptions>) {
  const resolved = resolveOptions({ upstream: big, ...options });
  return createModelRouter(resolved, createBackends(resolved));
}

type Asked = { content?: MessageParam['content']; headers?: Record<string, string> } & Record<
  string,
  unknown
>;

async function answerOf(
  router: ReturnType<typeof routerOf>,
  model: string,
  { content = 'Hello', headers, ...more }: Asked = {},
) {
  const request = { model, messages: [{ role: 'user' as const, content }], ...more };
  const routed = await router.resolve(toModelRequest(request, new Headers(headers)), call);
  return `${routed.backend.name} ${routed.model.id}`;
}

describe('a mapping by name', () => {
  const router = routerOf({
    upstreams: { small, eyes },
    models: {
      'claude*': { upstream: 'eyes' },
      '*haiku*': { upstream: 'small' },
      'claude-haiku-5': 'big-too',
      unlisted: 'another',
    },
  });

  it('prefers exact names to patterns, and the first of the patterns', async () => {
    expect(await answerOf(router, 'claude-haiku-5')).toBe('default big-too');
    expect(await answerOf(router, 'claude-haiku-4')).toBe('eyes eyes');
    expect(await answerOf(router, 'my-haiku')).toBe('small small');
  });

  it('does without the mark of a long-context variant', async () => {
    expect(await answerOf(router, 'claude-haiku-5[1m]')).toBe('default big-too');
  });

  it('asks for a model by a name that its upstream does not list', async () => {
    expect(await answerOf(router, 'unlisted')).toBe('default another');
  });

  it('takes names of object members for names', async () => {
    expect(await answerOf(router, 'constructor')).toBe('default big');
  });
});

describe('a name without a route', () => {
  it('is a model of whichever upstream has it, else the first of the default one', async () => {
    const router = routerOf({ upstreams: { small, eyes } });
    expect(await answerOf(router, 'eyes')).toBe('eyes eyes');
    expect(await answerOf(router, 'big-too')).toBe('default big-too');
    expect(await answerOf(router, 'anything')).toBe('default big');
  });

  it('is answered although another upstream is down, or never answers', async () => {
    const router = routerOf({ upstreams: { down, hanging, eyes } });
    expect(await answerOf(router, 'anything')).toBe('default big');
    expect(await answerOf(router, 'eyes')).toBe('eyes eyes');
    expect(await answerOf(routerOf({ upstream: down, upstreams: { small } }), 'small')).toBe('small small');
  });

  it('waits for an upstream that hangs only once', async () => {
    const router = routerOf({ upstreams: { hanging } });
    await answerOf(router, 'anything');
    const startedAt = performance.now();
    for (let count = 0; count < 5; count++) await answerOf(router, 'anything');
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('a mapping by a function', () => {
  it('sees the request, and leaves what it does not answer to the default', async () => {
    const seen: unknown[] = [];
    const router = routerOf({
      upstreams: { small },
      models: ({ headers, ...request }) => {
        seen.push({ ...request, mine: headers.get('x-mine') });
        return request.agent ? { upstream: 'small' } : undefined;
      },
    });
    const headers = {
      'x-claude-code-session-id': 's1',
      'x-claude-code-agent-id': 'a1',
      'x-mine': 'yes',
    };
    const nested = [{ type: 'tool_result', tool_use_id: 't', content: [image] }];
    const tools = [{ name: 'read', input_schema: {} }];
    expect(await answerOf(router, 'm', { headers, tools, content: nested })).toBe('small small');
    expect(await answerOf(router, 'm', { thinking: { type: 'disabled' } })).toBe('default big');
    expect(await answerOf(router, 'm', { thinking: { type: 'adaptive' } })).toBe('default big');
    const nothing = { model: 'm', agent: undefined, session: undefined, mine: null };
    expect(seen).toEqual([
      {
        model: 'm',
        agent: 'a1',
        session: 's1',
        hasImages: true,
        hasTools: true,
        thinking: 'unset',
        mine: 'yes',
      },
      { ...nothing, hasImages: false, hasTools: false, thinking: 'off' },
      { ...nothing, hasImages: false, hasTools: false, thinking: 'on' },
    ]);
  });

  it.each([
    ['an upstream that is not there', () => ({ upstream: 'smal' }), /upstream is 'smal'.*default, small/],
    ['a promise', (async () => 'big') as unknown as () => string, /a promise/],
    ['an error', () => JSON.parse('{') as string, /JSON/],
  ])('answers 500 for %s, and only the log says why', async (_name, models, why) => {
    const failure = await answerOf(routerOf({ upstreams: { small }, models }), 'm').catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ type: 'api_error', status: 500 });
    expect((failure as Error).message).not.toMatch(why);
    expect(String((failure as Error).cause)).toMatch(why);
  });

  it('may refuse in its own words', async () => {
    const models = () => {
      throw new MessagesError('permission_error', 'Not for you');
    };
    await expect(answerOf(routerOf({ models }), 'm')).rejects.toThrow('Not for you');
  });
});

describe('images', () => {
  const content = [image, { type: 'text', text: 'What is this?' }];

  it('go to the image model where the chosen one cannot see', async () => {
    const router = routerOf({
      upstreams: { small, eyes },
      imageModel: { upstream: 'eyes' },
      models: { seeing: { model: 'big', vision: true } },
    });
    expect(await answerOf(router, 'big', { content })).toBe('eyes eyes');
    expect(await answerOf(router, 'big')).toBe('default big');
    expect(await answerOf(router, 'seeing', { content })).toBe('default big');
  });

  it('stay with the chosen model where there is no better one', async () => {
    expect(await answerOf(routerOf({}), 'big', { content })).toBe('default big');
    const blind = routerOf({ upstreams: { small }, imageModel: { upstream: 'small' } });
    expect(await answerOf(blind, 'big', { content })).toBe('default big');
  });
});

describe('what a route says of its model', () => {
  it('takes the place of what the upstream does', async () => {
    const router = routerOf({ models: { m: { model: 'big', contextWindow: 100, vision: true } } });
    const { model } = await router.resolve(toModelRequest({ model: 'm', messages: [] }, new Headers()), call);
    expect(model).toEqual({ id: 'big', contextWindow: 100, vision: true });
  });

  it('switches thinking off for all, or on for those who did not ask', () => {
    const [off, budget] = [{ type: 'disabled' as const }, { type: 'enabled' as const, budget_tokens: 9 }];
    const thinkingOf = (thinking: 'never' | 'always', sent?: typeof off | typeof budget) =>
      toRoutedRequest({ ...(sent && { thinking: sent }) }, { thinking }).thinking;
    expect(thinkingOf('never')).toEqual(off);
    expect(thinkingOf('never', budget)).toEqual(off);
    expect(thinkingOf('always')).toEqual({ type: 'adaptive' });
    expect(thinkingOf('always', off)).toEqual({ type: 'adaptive' });
    expect(thinkingOf('always', budget)).toEqual(budget);
  });
});

describe('the list of models', () => {
  const namesOf = async (options: Partial<MessagesOptions>) =>
    (await routerOf(options).list(call)).map(({ name, model }) => `${name} = ${model.id}`);

  it('holds every name once: the upstreams, then the exact names that the options give', async () => {
    const models = {
      '*haiku*': { upstream: 'small' },
      'claude-local': { upstream: 'small', contextWindow: 99 },
      small: { model: 'small', upstream: 'small', contextWindow: 5 },
    };
    expect(await namesOf({ upstreams: { small, twin: big }, models })).toEqual([
      'big = big',
      'big-too = big-too',
      'small = small',
      'claude-local = small',
    ]);
    const listed = await routerOf({ upstreams: { small }, models }).list(call);
    expect(listed.find(({ name }) => name === 'claude-local')?.model.contextWindow).toBe(99);
    expect(listed.find(({ name }) => name === 'small')?.model.contextWindow).toBe(5);
  });

  it('leaves out what is down, and fails if all are', async () => {
    const models = { 'claude-gone': { upstream: 'down' }, 'claude-here': { upstream: 'small' } };
    expect(await namesOf({ upstream: hanging, upstreams: { down, small }, models })).toEqual([
      'small = small',
      'claude-here = small',
    ]);
    await expect(namesOf({ upstream: down, upstreams: { other: down } })).rejects.toMatchObject({
      upstreamState: 'down',
    });
  });
});

describe('wrong options', () => {
  it.each<[Record<string, unknown>, RegExp]>([
    [
      { models: { '*haiku*': { upstream: 'smal' } }, upstreams: { small } },
      /models\['\*haiku\*'\]\.upstream is 'smal'.*there is default, small/,
    ],
    [{ models: { m: { window: 5 } } }, /\.window is not known; a route has model, upstream, contextWindow/],
    [{ models: { m: { thinking: 'off' } } }, /thinking must be 'never' or 'always'/],
    [{ models: { m: { sampling: { temperature: '1' } } } }, /sampling must be an object of numbers/],
    [{ models: { m: 5 } }, /must be the id of a model or an object/],
    [{ imageModel: { upstream: 'eyes' } }, /imageModel\.upstream is 'eyes'/],
    [{ upstreams: { default: big } }, /stands for options\.upstream/],
    [{ upstreams: { small: 'localhost:1' } }, /options\.upstreams\['small'\] is not an http\(s\) URL/],
    [{ upstreams: [big] }, /must be an object of model servers by name/],
  ])('%j throws at start-up', (options, message) => {
    expect(() => resolveOptions({ upstream: big, ...options })).toThrow(message);
  });
});
