import type { ChatContentPart } from '../chat/types.ts';
import type {
  ContentBlockParam,
  DocumentBlockParam,
  ImageBlockParam,
  KnownBlockParam,
  SearchResultBlockParam,
} from '../messages/types.ts';
import type { ConvertOptions } from './options.ts';
import { toReadableText } from './readable-text.ts';

const knownTypes: ReadonlySet<string> = new Set<KnownBlockParam['type']>([
  'text',
  'image',
  'document',
  'search_result',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'tool_reference',
  'tool_result',
]);

/** True for the block types that the conversion has a rule for. */
export function isKnownBlock(block: ContentBlockParam): block is KnownBlockParam {
  return knownTypes.has(block.type);
}

/** Returns the blocks of `content`; a string is one text block, so that both are the same prompt. */
export function toBlocks(content: string | ContentBlockParam[] | null | undefined): ContentBlockParam[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []);
}

/**
 * Returns what a model reads of `content`, in order, without blank texts: text, and images where the model sees them.
 * Everything else becomes text; what cannot be read at all is named, never dropped without a word.
 */
export function toParts(
  content: string | ContentBlockParam[] | null | undefined,
  options: ConvertOptions,
): ChatContentPart[] {
  const parts: ChatContentPart[] = [];
  for (const block of toBlocks(content)) parts.push(...toBlockParts(block, options));
  return parts;
}

/** Returns what a model reads of one block: see {@link toParts}. */
export function toBlockParts(block: ContentBlockParam, options: ConvertOptions): ChatContentPart[] {
  return isKnownBlock(block) ? knownParts(block, options) : textParts(toReadableText(block));
}

/**
 * Returns `parts` as the content of one message: a plain string, paragraphs apart, unless there is an image among them.
 * Many chat templates render nothing but strings.
 */
export function joinParts(parts: readonly ChatContentPart[]): string | ChatContentPart[] {
  const joined: ChatContentPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.type === 'text' && last?.type === 'text') {
      joined[joined.length - 1] = { type: 'text', text: `${last.text}\n\n${part.text}` };
    } else joined.push(part);
  }
  const [first] = joined;
  if (first === undefined) return '';
  return joined.length === 1 && first.type === 'text' ? first.text : joined;
}

/** Returns one text part, or none for blank text, which the API refuses and clients replay. */
export function textParts(text: string): ChatContentPart[] {
  return isBlank(text) ? [] : [{ type: 'text', text }];
}

/** Without a regular expression: a conversation has so many texts that they show. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

function knownParts(block: KnownBlockParam, options: ConvertOptions): ChatContentPart[] {
  switch (block.type) {
    case 'text':
      return textParts(block.text);
    case 'image':
      return imageParts(block, options);
    case 'document':
      return documentParts(block, options);
    case 'search_result':
      return searchResultParts(block, options);
    case 'tool_reference':
      return textParts(`Tool ${block.tool_name} loaded`);
    case 'tool_use':
    case 'tool_result':
      return textParts(toReadableText(block as unknown as Record<string, unknown>));
    case 'thinking':
    case 'redacted_thinking':
      return [];
    default:
      return block satisfies never;
  }
}

function imageParts({ source }: ImageBlockParam, options: ConvertOptions): ChatContentPart[] {
  if (options.model.vision === false) return textParts('[image omitted: this model cannot see images]');
  switch (source.type) {
    case 'base64':
      return [{ type: 'image_url', image_url: { url: `data:${source.media_type};base64,${source.data}` } }];
    case 'url':
      return [{ type: 'image_url', image_url: { url: source.url } }];
    default:
      return textParts('[image omitted: its source cannot be read here]');
  }
}

function documentParts(block: DocumentBlockParam, options: ConvertOptions): ChatContentPart[] {
  const { source } = block;
  const tag = `<document${attribute('title', block.title)}${attribute('context', block.context)}>`;
  switch (source.type) {
    case 'text':
      return textParts(`${tag}\n${source.data}\n</document>`);
    case 'content':
      return wrap(tag, toParts(source.content, options), '</document>');
    case 'base64':
    case 'url':
      return textParts(
        `[document ${titleOf(block)}omitted: PDF files cannot be read here; send its text instead]`,
      );
    default:
      return textParts(
        `[document ${titleOf(block)}omitted: its source cannot be read here; send its text instead]`,
      );
  }
}

function searchResultParts(block: SearchResultBlockParam, options: ConvertOptions): ChatContentPart[] {
  const tag = `<search_result${attribute('title', block.title)}${attribute('source', block.source)}>`;
  return wrap(tag, toParts(block.content, options), '</search_result>');
}

function wrap(open: string, parts: readonly ChatContentPart[], close: string): ChatContentPart[] {
  const inner = joinParts(parts);
  if (typeof inner === 'string') return textParts(`${open}\n${inner}\n${close}`);
  return [{ type: 'text', text: open }, ...inner, { type: 'text', text: close }];
}

function titleOf(block: DocumentBlockParam): string {
  return block.title ? `"${block.title}" ` : '';
}

function attribute(name: string, value: string | null | undefined): string {
  if (!value) return '';
  const escaped = value
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
  return ` ${name}="${escaped}"`;
}
