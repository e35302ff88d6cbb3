const t0 = performance.now();
const { default: Type } = await import('typebox');
const t1 = performance.now();
const { default: Value } = await import('typebox/value');
const t2 = performance.now();
const S = await import('typebox/schema');
const t3 = performance.now();
console.log('import', t1 - t0, t2 - t1, t3 - t2);
import { readFileSync } from 'node:fs';
const body = JSON.parse(
  readFileSync('../../testkit/fixtures/clients/claude-code-2.1.330/plain/001-POST_v1_messages.json', 'utf8'),
).body;
const N = (s) => Type.Optional(Type.Union([s, Type.Null()]));
const Top = Type.Object({
  model: Type.String(),
  messages: Type.Array(
    Type.Object({
      role: Type.Union([Type.Literal('user'), Type.Literal('assistant'), Type.Literal('system')]),
      content: Type.Union([Type.String(), Type.Array(Type.Unknown())]),
    }),
    { minItems: 1 },
  ),
  max_tokens: Type.Integer({ minimum: 0 }),
  system: N(Type.Union([Type.String(), Type.Array(Type.Unknown())])),
  tools: N(Type.Array(Type.Object({ name: Type.Optional(Type.String()) }))),
  thinking: N(Type.Object({ type: Type.String() })),
  temperature: N(Type.Number()),
  stream: N(Type.Boolean()),
  stop_sequences: N(Type.Array(Type.String())),
});
const Txt = Type.Object({ type: Type.Literal('text'), text: Type.String() });
const Tool = Type.Object({
  name: Type.String(),
  description: N(Type.String()),
  input_schema: Type.Object({}),
});
function run(check) {
  let ok = check(Top, body);
  for (const m of body.messages)
    if (Array.isArray(m.content)) for (const b of m.content) ok &&= check(Txt, b);
  for (const b of body.system) ok &&= check(Txt, b);
  for (const b of body.tools) ok &&= check(Tool, b);
  return ok;
}
for (const [n, c] of [
  ['Value.Check', Value.Check],
  ['Schema.Check', S.Check ?? S.default.Check],
]) {
  let t = performance.now();
  console.log(n, run(c), 'cold', performance.now() - t);
  for (let i = 0; i < 300; i++) run(c);
  t = performance.now();
  for (let i = 0; i < 1000; i++) run(c);
  console.log(n, (performance.now() - t) / 1000, 'ms');
}
{
  let t = performance.now();
  for (let i = 0; i < 200; i++) JSON.parse(JSON.stringify(body));
  console.log('json', (performance.now() - t) / 200);
}
const bad = {
  ...body,
  max_tokens: -1.5,
  messages: [{ role: 'x', content: 4 }, { content: 'a' }],
  system: 3,
  temperature: 'a',
};
delete bad.model;
console.dir(Value.Errors(Top, bad), { depth: 5 });
console.log(Object.keys(S), Object.keys(S.default ?? {}));
console.dir((S.Errors ?? S.default.Errors)(Top, bad), { depth: 4 });
