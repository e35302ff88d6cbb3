import { Buffer } from 'node:buffer';
import type { ChatRequest } from '@llama-messages/core';
import type { ExchangeDetail, ExchangeSummary, PromptSections } from './api.ts';
import type { Capture } from './capture-json.ts';
import type { EventLog } from './event-log.ts';
import type { PromptLengths } from './prompt-sections.ts';

/** One exchange as it is kept. */
export interface ExchangeRecord {
  summary: ExchangeSummary;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: Capture;
  readonly chatRequests: KeptChatRequest[];
  readonly events: EventLog;
  sections: PromptSections | undefined;
}

export interface KeptChatRequest {
  readonly attempt: number;
  readonly upstream: string;
  readonly server: string;
  readonly atMs: number;
  readonly chat: Capture;
  readonly lengths: PromptLengths;
}

/** Returns the chat request that was sent last, if it is whole. */
export function toWholeChat({ chatRequests }: ExchangeRecord): ChatRequest | undefined {
  const last = chatRequests.at(-1)?.chat;
  return last === undefined || last.truncated ? undefined : (JSON.parse(last.json.toString()) as ChatRequest);
}

/** Returns the JSON of an {@link ExchangeDetail}; what was captured goes into it as it is, unparsed. */
export function toDetailJson(record: ExchangeRecord): Buffer {
  const { summary, headers, request, chatRequests, events, sections } = record;
  const { events: sent, eventsOmitted } = events.read();
  const rest: Omit<ExchangeDetail, 'request' | 'chatRequests'> = {
    ...summary,
    headers,
    events: sent,
    eventsOmitted,
    sections,
  };
  const parts: Buffer[] = [Buffer.from(JSON.stringify(rest).slice(0, -1)), Buffer.from(',"request":')];
  parts.push(...toCapturedJson(request), Buffer.from(',"chatRequests":['));
  for (const [index, { attempt, upstream, server, atMs, chat }] of chatRequests.entries()) {
    const head = JSON.stringify({ attempt, upstream, server, atMs }).slice(0, -1);
    parts.push(Buffer.from(`${index === 0 ? '' : ','}${head},"chat":`), ...toCapturedJson(chat));
    parts.push(Buffer.from('}'));
  }
  parts.push(Buffer.from(']}'));
  return Buffer.concat(parts);
}

function toCapturedJson({ json, bytes, truncated }: Capture): Buffer[] {
  return [Buffer.from('{"value":'), json, Buffer.from(`,"bytes":${bytes},"truncated":${truncated}}`)];
}
