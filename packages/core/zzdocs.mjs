import { createServer } from 'node:http';
import { createMessagesHandler, createMemoryThreadStore } from '@llama-messages/core';
import { toNodeListener } from '@llama-messages/core/node';

const handler = createMessagesHandler({
  upstream: 'http://127.0.0.1:18333',
  logger: console,
  threads: { store: createMemoryThreadStore({ maxBytes: 256 * 1024 * 1024 }), ttlMs: 8 * 3_600_000 },
  onProgress: (p) => console.log('progress', JSON.stringify(p)),
  onExchange({ conversation, usage, prefixBreak, queuedMs, attached, outcome, repairedArguments, error }) {
    console.log(
      conversation?.id,
      usage.cache_read_input_tokens,
      prefixBreak,
      Math.round(queuedMs),
      attached,
      outcome,
      repairedArguments,
      error?.message,
    );
  },
});
createServer(toNodeListener(handler)).listen(18787);
