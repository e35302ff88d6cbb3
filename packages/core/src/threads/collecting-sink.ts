import type { Message } from '../messages/types.ts';
import { createMessageCollector } from '../stream/message-collector.ts';
import type { MessageSink } from '../stream/message-sink.ts';

/**
 * Returns a sink that passes everything on to `sink` and, right before its `stop`, calls `onMessage` with the message that
 * the events add up to. An answer that fails or breaks off has no message.
 *
 * @example
 * ```ts
 * createCollectingSink(createFrameWriter(requestId), (message) => void thread.commit(message));
 * ```
 */
export function createCollectingSink(sink: MessageSink, onMessage: (message: Message) => void): MessageSink {
  const collector = createMessageCollector();
  return {
    start(message) {
      collector.start(message);
      sink.start(message);
    },
    blockStart(index, block) {
      collector.blockStart(index, block);
      sink.blockStart(index, block);
    },
    text(index, text) {
      collector.text(index, text);
      sink.text(index, text);
    },
    textJson(index, textJson) {
      collector.textJson(index, textJson);
      sink.textJson(index, textJson);
    },
    thinking(index, thinking) {
      collector.thinking(index, thinking);
      sink.thinking(index, thinking);
    },
    thinkingJson(index, thinkingJson) {
      collector.thinkingJson(index, thinkingJson);
      sink.thinkingJson(index, thinkingJson);
    },
    signature(index, signature) {
      collector.signature(index, signature);
      sink.signature(index, signature);
    },
    inputJson(index, partialJson) {
      collector.inputJson(index, partialJson);
      sink.inputJson(index, partialJson);
    },
    blockStop(index) {
      collector.blockStop(index);
      sink.blockStop(index);
    },
    delta(delta, usage) {
      collector.delta(delta, usage);
      sink.delta(delta, usage);
    },
    stop() {
      onMessage(collector.message());
      sink.stop();
    },
    ping: () => sink.ping(),
    fail: (error) => sink.fail(error),
  };
}
