import { resetAnswer } from '../answer.ts';
import { type ConformanceCase, expectError } from '../conformance-case.ts';

interface ModelPage {
  data: { type: string; id: string; display_name: string; created_at: string; max_input_tokens?: number }[];
  has_more: boolean;
  first_id: string | null;
  last_id: string | null;
}

const oddId = 'org/model name:Q4_K_M';

/** What clients learn about models. */
export const modelCases: readonly ConformanceCase[] = [
  {
    id: 'models.list',
    title: "MUST list the upstream's models in Anthropic's shape",
    run: async ({ client, expect }) => {
      const response = await client.request('GET', '/v1/models?limit=1000');
      const page = (await response.json()) as ModelPage;
      const model = page.data.find(({ id }) => id === 'demo-model-q8_0.gguf');
      expect(model).toMatchObject({ type: 'model', max_input_tokens: 8192 });
      expect(model?.display_name).not.toBe('');
      expect(new Date(model?.created_at ?? '').getTime()).not.toBeNaN();
      expect(page).toMatchObject({
        has_more: false,
        first_id: page.data[0]?.id,
        last_id: page.data.at(-1)?.id,
      });
    },
  },
  {
    id: 'models.retrieve',
    title: 'MUST find a model by its id, percent-encoded or not',
    run: async ({ createServer, expect }) => {
      const { client } = await createServer({}, { kind: 'openai', models: ['plain', oddId] });
      for (const id of ['plain', oddId]) {
        const response = await client.request('GET', `/v1/models/${encodeURIComponent(id)}`);
        expect(response.status, id).toBe(200);
        expect(await response.json()).toMatchObject({ type: 'model', id });
      }
    },
  },
  {
    id: 'models.malformed-id',
    title: 'MUST NOT fail on an id with a broken percent sign',
    run: async ({ client, expect }) => {
      const response = await client.request('GET', '/v1/models/%E0%A4%A');
      await response.text();
      expect(response.status).toBeLessThan(500);
    },
  },
  {
    id: 'models.pages',
    title: 'MUST give every model once to a client that pages with limit and after_id',
    run: async ({ createServer, expect }) => {
      const models = ['a', 'b', 'c'];
      const { client } = await createServer({}, { kind: 'openai', models });
      const all = (await (await client.request('GET', '/v1/models')).json()) as ModelPage;
      expect(all.data.map(({ id }) => id)).toEqual(expect.arrayContaining(models));
      const ids: string[] = [];
      for (let after = ''; ids.length <= all.data.length;) {
        const response = await client.request('GET', `/v1/models?limit=2${after && `&after_id=${after}`}`);
        const page = (await response.json()) as ModelPage;
        ids.push(...page.data.map(({ id }) => id));
        if (!page.has_more) break;
        after = encodeURIComponent(page.last_id ?? '');
      }
      expect(ids).toEqual(all.data.map(({ id }) => id));
    },
  },
  {
    id: 'models.down',
    title: 'MUST answer in its own words when the upstream cannot be asked',
    run: async (context) => {
      const { client, upstream } = await context.createServer({});
      for (const route of ['GET /v1/models', 'GET /props', 'GET /health']) upstream.on(route, resetAnswer);
      await expectError(context, await client.request('GET', '/v1/models'), {
        status: [500, 502, 503, 529],
        type: ['api_error', 'overloaded_error'],
      });
    },
  },
];
