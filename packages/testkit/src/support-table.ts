import type { ConformanceCase } from './conformance-case.ts';

/** Cases by the group that they stand in, such as {@link cases}. */
export type CaseGroups = Readonly<Record<string, readonly ConformanceCase[]>>;

/** What each group of cases is about, in a reader's words. */
const aboutGroup: Readonly<Record<string, string>> = {
  messages: 'Unstreamed messages: text, thinking, tools, images, system turns, stop reasons, usage',
  streaming: 'Event grammar, no buffering, true counts first, pings, parallel tool calls',
  errors: "Refusals, faults and broken streams of the model server, in Anthropic's shape and words",
  silence: 'A model that says nothing for minutes, and clients that do not want a stream',
  disconnect: 'A client that leaves stops the model; a slow client slows it down',
  limits: 'Body size, malformed and odd requests, unknown fields',
  headers: '`request-id`, content types, headers that keep proxies from buffering',
  routing: 'Mount points, wrong methods, unknown paths, probes, kept connections',
  auth: 'Keys of clients, key of the model server',
  models: '`GET /v1/models` and `/v1/models/{id}`',
  'count tokens': '`POST /v1/messages/count_tokens`, exact or marked as estimated',
  'openai upstream': 'Servers other than llama-server',
  queue: 'Waiting for a slot: order, pings, limits, places that become free',
  retries: 'A retry of a request that still runs gets its answer; two samples stay two; keys stay apart',
  threads: "Conversations that the server holds for the SDK's tool runner",
  memory: 'Replayed arguments and thinking reach the model as it generated them, for one key only',
  context: 'Room for the answer: the sentences that make clients compact, `max_tokens` that fits',
  'second attempt': 'Grammars and answers that llama.cpp cannot parse',
  reports: '`onExchange`, once per message',
  sdk: 'The official TypeScript SDK as the client',
};

/**
 * Returns the number of cases of each group as a Markdown table.
 * @throws Error if a group has no description here
 */
export function toSupportSummary(groups: CaseGroups): string {
  const rows = Object.entries(groups).map(([group, members]) => {
    const about = aboutGroup[group];
    if (about === undefined) throw new Error(`the group '${group}' has no description in support-table.ts`);
    return `| ${group} | ${about} | ${members.length} |`;
  });
  const count = Object.values(groups).flat().length;
  return [
    '| group | what it holds every adapter to | cases |',
    '| --- | --- | --: |',
    ...rows,
    `| | | ${count} |`,
  ].join('\n');
}

/** Returns every case as Markdown, one table for each group. */
export function toSupportTable(groups: CaseGroups): string {
  return Object.entries(groups)
    .map(([group, members]) =>
      [
        `## ${group}`,
        '',
        '| case | what holds |',
        '| --- | --- |',
        ...members.map(({ id, title }) => `| \`${id}\` | ${escape(title)} |`),
      ].join('\n'),
    )
    .join('\n\n');
}

/**
 * Returns `page` with `block` between its marks `<!-- support:begin -->` and `<!-- support:end -->`.
 * @throws Error if the marks are not there
 */
export function withSupportBlock(page: string, block: string): string {
  const [begin, end] = ['<!-- support:begin -->', '<!-- support:end -->'];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page has no ${begin} ... ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${block}\n\n${page.slice(to)}`;
}

/** A title may hold what Markdown or HTML would read as its own. */
function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', String.raw`\|`);
}
