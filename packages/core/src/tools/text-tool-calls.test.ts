import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChatTool } from '../chat/types.ts';
import { createTextCallRecovery, looksLikeTextCall, type TextCallPart } from './text-tool-calls.ts';

const tools: ChatTool[] = [
  {
    type: 'function',
    function: {
      name: 'read',
      parameters: {
        type: 'object',
        properties: { path: { type: 'string' }, limit: { type: 'integer' } },
        required: ['path'],
        additionalProperties: false,
      },
    },
  },
  { type: 'function', function: { name: 'list', parameters: { type: 'object', properties: {} } } },
];
const json = '{"name": "read", "arguments": {"path": "a"}}';
const call: TextCallPart = { type: 'call', name: 'read', arguments: '{"path":"a"}' };
const text = (value: string): TextCallPart => ({ type: 'text', text: value });

/** What comes out of an answer that arrives in these pieces, with neighbouring texts joined. */
function recover(...pieces: string[]): TextCallPart[] {
  const recovery = createTextCallRecovery(tools);
  const joined: TextCallPart[] = [];
  for (const part of [...pieces.flatMap((piece) => recovery.push(piece)), ...recovery.end()]) {
    const last = joined.at(-1);
    if (part.type === 'text' && last?.type === 'text') last.text += part.text;
    else joined.push({ ...part });
  }
  return joined;
}

const escaped = JSON.stringify({ path: 'a\\ "}{" \n' });
const printed: [string, string, TextCallPart[]][] = [
  ['tags around JSON', `<tool_call>\n${json}\n</tool_call>`, [call]],
  ['the closing tag missing at the end', `<tool_call>\n${json}`, [call]],
  ['text before it', `I look.\n\n<tool_call>${json}</tool_call>\n`, [text('I look.'), call]],
  [
    'two calls and text after them',
    `<tool_call>${json}</tool_call>\n<tool_call>${json}</tool_call> ok`,
    [call, call, text('ok')],
  ],
  [
    'a closing tag in an argument',
    '<tool_call>{"name":"read","arguments":{"path":"</tool_call>"}}</tool_call>',
    [{ ...call, arguments: '{"path":"</tool_call>"}' }],
  ],
  ['parameters in tags', '<function=read>\n<parameter=path>\na\n</parameter>\n</function>', [call]],
  [
    'the same in a list',
    '<tool_call>\n<function=read>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>',
    [call],
  ],
  ['arguments in a tag', '<function=read>{"path":"a"}</function>', [call]],
  [
    'invocations in a list',
    '<function_calls>\n<invoke name="read">\n<parameter name="path">a</parameter>\n<parameter name="limit">5</parameter>\n</invoke>\n<invoke name="list">\n</invoke>\n</function_calls>',
    [
      { ...call, arguments: '{"path":"a","limit":5}' },
      { type: 'call', name: 'list', arguments: '{}' },
    ],
  ],
  ['JSON that is the whole answer', `\n${json}\n`, [call]],
  [
    'JSON with parameters of a wrong type',
    '{"type":"function","name":"read","parameters":{"path":"a","limit":"5"}}',
    [{ ...call, arguments: '{"path":"a","limit":5}' }],
  ],
  [
    'quotes and braces in an argument',
    `<tool_call>{"name":"read","arguments":${escaped}}</tool_call>`,
    [{ ...call, arguments: escaped }],
  ],
  ['a call after code', `\`\`\`js\nx\n\`\`\`\n<tool_call>${json}</tool_call>`, [text('```js\nx\n```'), call]],
];

test.each(printed)('finds %s', (_, answer, expected) => {
  expect(recover(answer)).toEqual(expected);
  expect(looksLikeTextCall(answer, tools)).toBe(true);
});

const prose: [string, string][] = [
  ['a tool that is not declared', '<tool_call>{"name":"rm","arguments":{}}</tool_call>'],
  ['a required argument missing', '<tool_call>{"name":"read","arguments":{}}</tool_call>'],
  ['an argument that is not declared', '{"name":"read","arguments":{"path":"a","x":1}}'],
  ['an argument of a wrong type', '{"name":"read","arguments":{"path":["a"]}}'],
  ['a call in a code fence', `Write:\n\`\`\`xml\n<tool_call>${json}</tool_call>\n\`\`\`\n`],
  ['a call in a fence that holds a shorter one', `~~~~\n~~~\n<tool_call>${json}</tool_call>\n~~~~`],
  [
    'a call in a fence that is mentioned inside of it',
    `\`\`\`\na \`\`\`\n<tool_call>${json}</tool_call>\n\`\`\``,
  ],
  ['a call in inline code', `Write \`<tool_call>${json}</tool_call>\`.`],
  ['fenced JSON', `\`\`\`json\n${json}\n\`\`\``],
  ['JSON after text', `Like this: ${json}`],
  ['JSON before text', `${json}\nThat is how.`],
  ['other JSON', '{ "answer": 5, "name": "read" }'],
  ['a mention of the tag', 'The tag <tool_call> opens, </tool_call> closes, a < b. <function=x> too. '],
  ['a call that was cut off', '<tool_call>{"name":"read","argum'],
  ['nothing but white space', ' \n '],
];

test.each(prose)('leaves %s as it is', (_, answer) => {
  expect(recover(answer)).toEqual([text(answer)]);
  expect(looksLikeTextCall(answer, tools)).toBe(false);
});

test('other text leaves as it arrives', () => {
  const recovery = createTextCallRecovery(tools);
  expect(recovery.push('{"answer": 5')).toEqual([text('{"answer": 5')]);
  expect(recovery.push(' <b>')).toEqual([text(' <b>')]);
  expect(recovery.push(' a <tool_call> is')).toEqual([text(' a <tool_call> is')]);
});

test('cut anywhere it is the same', () => {
  const answers = [...printed, ...prose].map(([, answer]) => answer);
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...answers, 'so', '\n', ' `', '```', '<'), { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(300), { maxLength: 30 }),
      (several, cuts) => {
        const answer = several.join('');
        const ends = [...cuts.filter((cut) => cut < answer.length), answer.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => answer.slice(ends[index - 1] ?? 0, end));
        expect(recover(...pieces)).toEqual(recover(answer));
      },
    ),
    { numRuns: 1000 },
  );
});

test('text without a call is never changed', () => {
  const piece = fc.constantFrom(
    '<tool_call>',
    '</tool_call>',
    '<function=read>',
    '{"name"',
    ':',
    '"read"',
    '```',
    '\n',
    ' ',
    '}',
    '<',
    'a',
    '<invoke name="',
    '~~~',
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1 }), (pieces) => {
      expect(recover(...pieces)).toEqual([text(pieces.join(''))]);
    }),
  );
});
