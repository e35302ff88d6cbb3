import http from 'node:http';
import net from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ResponseParser } from './response-parser.ts';

interface Response {
  readonly text: string;
  readonly bytes: Buffer;
}

const body = fc.string({ unit: 'grapheme', maxLength: 60 });

/** A body in chunks, cut anywhere (also inside of a character), spelled in all ways that are allowed. */
const chunked = fc
  .record({
    text: body,
    cuts: fc.array(fc.nat(200), { maxLength: 5 }),
    spelling: fc.constantFrom(
      (size: string) => size,
      (size: string) => size.toUpperCase(),
      (size: string) => `00${size}`,
      (size: string) => `${size};name=value;other="a b"`,
    ),
    trailers: fc.constantFrom('', 'x-checked: yes\r\n', 'a: b\r\nc: d\r\n'),
  })
  .map(({ text, cuts, spelling, trailers }): Response => {
    const bytes = Buffer.from(text);
    const ends = [...new Set([...cuts.map((at) => at % (bytes.length + 1)), bytes.length])]
      .filter((end) => end > 0)
      .sort((a, b) => a - b);
    const chunks = ends.map((end, index) => {
      const chunk = bytes.subarray(ends[index - 1] ?? 0, end);
      return Buffer.concat([
        Buffer.from(`${spelling(chunk.length.toString(16))}\r\n`),
        chunk,
        Buffer.from('\r\n'),
      ]);
    });
    return {
      text,
      bytes: Buffer.concat([
        Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Seen: a\r\nx-seen:b \r\n\r\n'),
        ...chunks,
        Buffer.from(`0\r\n${trailers}\r\n`),
      ]),
    };
  });

const counted = body.map((text): Response => ({
  text,
  bytes: Buffer.from(
    `HTTP/1.1 503 Service Unavailable\r\nX-Seen: a\r\nX-Seen: b\r\ncontent-length:  ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  ),
}));

const untilClosed = body.map((text): Response => ({
  text,
  bytes: Buffer.from(`HTTP/1.0 200 \r\nx-seen: a, b\r\n\r\n${text}`),
}));

const interim = fc.constantFrom(
  '',
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n',
);

const response = fc
  .tuple(interim, fc.oneof(chunked, counted, untilClosed))
  .map(([before, { text, bytes }]): Response => ({
    text,
    bytes: Buffer.concat([Buffer.from(before), bytes]),
  }));

function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...cuts.map((at) => at % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter((read) => read.length > 0);
}

it('reads a response however it is framed, spelled and cut', () => {
  fc.assert(
    fc.property(response, fc.array(fc.nat(), { maxLength: 12 }), ({ text, bytes }, cuts) => {
      const parser = new ResponseParser();
      const read = cut(bytes, cuts).map((part) => parser.parse(part));
      expect(read.join('') + parser.end()).toBe(text);
      expect(parser.head?.headers.get('x-seen')).toBe('a, b');
      expect(parser.isOver).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

it('takes no more than its own bytes', () => {
  const parser = new ResponseParser();
  expect(parser.parse(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabHTTP/1.1 500'))).toBe('ab');
});

it.each([
  ['both lengths', 'transfer-encoding: chunked\r\ncontent-length: 5'],
  ['an encoding that it does not know', 'transfer-encoding: gzip, chunked'],
  ['two lengths', 'content-length: 5\r\ncontent-length: 6'],
  ['a length that is no number', 'content-length: +5'],
  ['a line that is no field', 'content-length 5'],
  ['a folded line', 'x: a\r\n b'],
  ['a space in front of the colon', 'content-length : 5'],
  ['a head without end', `x: ${'a'.repeat(20_000)}`],
])('refuses %s', (_, fields) => {
  expect(() => new ResponseParser().parse(Buffer.from(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\nhello`))).toThrow(
    /^The answer is not HTTP\/1\.1: /,
  );
});

it.each([
  '\r\n',
  'g\r\n',
  ';\r\n',
  '-1\r\n',
  '0x5\r\n',
  '1ffffffff\r\n',
  '5\nhello',
  '5\rx',
  '5\r\nhello!',
  '5 x',
])('refuses the chunk %j', (chunk) => {
  const parser = new ResponseParser();
  expect(() =>
    parser.parse(Buffer.from(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk}\r\n`)),
  ).toThrow(/^The answer is not HTTP\/1\.1: /);
});

let server: net.Server;
let served: Buffer = Buffer.alloc(0);

beforeAll(async () => {
  server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(served));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

/** Returns what Node's own client makes of the bytes, undefined if it refuses them. */
function readByNode(bytes: Buffer): Promise<{ status: number | undefined; text: string } | undefined> {
  served = bytes;
  const { port } = server.address() as net.AddressInfo;
  return new Promise((resolve) => {
    const request = http.get({ port, host: '127.0.0.1', agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
      answer.on('error', () => resolve(undefined));
    });
    request.on('error', () => resolve(undefined));
  });
}

function readByParser(bytes: Buffer): { status: number | undefined; text: string } | undefined {
  const parser = new ResponseParser();
  try {
    let text = parser.parse(bytes.subarray(0, -1));
    // Node refuses what comes behind a response; here the connection is closed, and nobody looks at it.
    if (parser.isOver) return undefined;
    text += parser.parse(bytes.subarray(-1)) + parser.end();
    return { status: parser.head?.status, text };
  } catch {
    return undefined;
  }
}

it("reads nothing else out of a damaged response than Node's own parser", async () => {
  const damage = fc.record({
    at: fc.nat(),
    removed: fc.nat(3),
    added: fc.constantFrom('', '\r', '\n', '\r\n', '0', 'f', ' ', ';', ':', '\0', 'content-length: 3\r\n'),
  });
  await fc.assert(
    fc.asyncProperty(response, damage, async ({ bytes }, { at, removed, added }) => {
      const place = at % bytes.length;
      const damaged = Buffer.concat([
        bytes.subarray(0, place),
        Buffer.from(added),
        bytes.subarray(place + removed),
      ]);
      const [own, byNode] = [readByParser(damaged), await readByNode(damaged)];
      if (own && byNode) expect(own).toEqual(byNode);
    }),
    { numRuns: 500 },
  );
});
