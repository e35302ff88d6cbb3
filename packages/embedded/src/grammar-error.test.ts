import { expect, test } from 'vitest';
import { grammarError } from './grammar-error.ts';
import { importLlamaNode, type ChatOptions, type LlamaContext } from './llama-node.ts';

const model = new URL('../../../tools/demo-model/demo-model-q8_0.gguf', import.meta.url).pathname;

const object = (properties: Record<string, unknown>): Record<string, unknown> => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const nested = (count: number, inner: unknown): unknown => ({
  type: 'array',
  minItems: 0,
  maxItems: count,
  items: inner,
});

const schemas: Record<string, unknown>[] = [
  object({ a: { type: 'string' }, b: { type: 'number' }, c: { type: 'boolean' } }),
  object({ a: { type: 'string', minLength: 1, maxLength: 1000 } }),
  object({ a: { type: 'string', maxLength: 1999 } }),
  object({ a: { type: 'string', maxLength: 2000 } }),
  object({ a: { type: 'string', maxLength: 5000 } }),
  object({ a: { type: 'string', minLength: 1500 } }),
  object({ a: nested(10, { type: 'string' }) }),
  object({ a: nested(40, nested(40, { type: 'string', maxLength: 40 })) }),
  object({ a: nested(1000, object({ b: { type: 'string', maxLength: 100 } })) }),
  object({ a: { type: 'string', pattern: '^[0-9]{3}-[a-z]+$' } }),
  object({ a: { type: 'string', pattern: '^\\d+$' } }),
  object({ a: { type: 'string', pattern: '^[\\d]+$' } }),
  object({ a: { type: 'string', pattern: '^[\\w.-]+@[\\w.-]+$' } }),
  object({ a: { type: 'string', pattern: '^(a|b|"c")*\\.txt$' } }),
  object({ a: { type: 'string', pattern: '^[^\\s]{1,50}$' } }),
  object({ a: { enum: ['x', 'y "quoted"', 'z\\n', 'ü😀'] }, b: { const: null } }),
  object({
    a: { anyOf: [{ type: 'string' }, { type: 'null' }, { type: 'array', items: { type: 'integer' } }] },
  }),
  object({ a: { type: 'integer', minimum: -5, maximum: 123456 } }),
  object({ a: { type: 'string', format: 'date-time' } }),
  {
    ...object({ a: { $ref: '#/$defs/n' } }),
    $defs: { n: object({ n: { anyOf: [{ $ref: '#/$defs/n' }, { type: 'null' }] } }) },
  },
  { type: 'object', additionalProperties: { type: 'string' } },
  { type: 'object' },
];

test('the same grammars are refused as by llama.cpp itself', async () => {
  const engine = await importLlamaNode('default');
  const load = (): Promise<LlamaContext> =>
    engine.loadModel({
      model,
      lib_variant: 'default',
      n_ctx: 512,
      n_batch: 512,
      n_parallel: 1,
      n_gpu_layers: 0,
      ctx_shift: false,
    });
  let context = await load();
  // Held on to: freeing a context that refused a grammar crashes the process.
  const lost: LlamaContext[] = [];
  const outcomes: boolean[] = [];
  for (const schema of schemas) {
    for (const asTool of [false, true]) {
      const chat: ChatOptions = {
        messages: [{ role: 'user', content: 'Hello!' }],
        jinja: true,
        reasoning_format: 'auto',
        enable_thinking: false,
        ...(asTool
          ? { tools: [{ type: 'function', function: { name: 'f', description: 'f', parameters: schema } }] }
          : { response_format: { type: 'json_schema', json_schema: { name: 'r', schema } } }),
        tool_choice: 'auto',
        parallel_tool_calls: true,
        chat_template_kwargs: {},
      };
      let grammar: string;
      try {
        ({ grammar } = context.ctx.getFormattedChat(chat.messages, undefined, chat));
      } catch {
        continue;
      }
      const complete = async (): Promise<string> => {
        try {
          await context.completion({ ...chat, ...sampling }, () => {});
          return '';
        } catch (error) {
          return String(error);
        }
      };
      let reason = await complete();
      // Of the completion before, which ended too soon for the engine; see ContextLostError.
      while (/in progress/.test(reason)) {
        lost.push(context);
        context = await load();
        reason = await complete();
      }
      const refused = reason !== '';
      // A refusal leaves the context unusable; see Engine.usable.
      if (refused) {
        lost.push(context);
        context = await load();
      }
      expect(grammarError(grammar) !== undefined, JSON.stringify(schema)).toBe(refused);
      outcomes.push(refused);
    }
  }
  await context.release();
  expect(outcomes).toContain(true);
  expect(outcomes).toContain(false);
});

const sampling = {
  n_predict: 1,
  temperature: 0,
  top_k: 1,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  xtc_probability: 0,
  dry_multiplier: 0,
};
