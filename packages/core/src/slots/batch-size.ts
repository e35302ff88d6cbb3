import type { ChatItem } from '../upstream/chat-stream.ts';

/** Returns about how many bytes the chunks of one read take: what matters is that megabytes are not taken for bytes. */
export function sizeOfBatch(batch: readonly ChatItem[]): number {
  let size = 0;
  for (const item of batch) {
    if ('textJson' in item) {
      size += 100 + item.textJson.length;
      continue;
    }
    const delta = item.choices?.[0]?.delta;
    size += 400 + (delta?.content?.length ?? 0) + (delta?.reasoning_content?.length ?? 0);
  }
  return size;
}
