import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import {
  createMessagesHandler,
  type Logger as MessagesLogger,
  type MessagesHandler,
  type MessagesOptions,
} from '@llama-messages/core';
import { LLAMA_MESSAGES_OPTIONS, LOGGER_CONTEXT } from './llama-messages.constants.ts';

/**
 * Gives other providers of the app the handler that the module's controller uses.
 *
 * @example
 * ```ts
 * @Injectable()
 * class Titles {
 *   constructor(@Inject(LlamaMessagesService) private readonly messages: LlamaMessagesService) {}
 * }
 * ```
 */
@Injectable()
export class LlamaMessagesService implements OnApplicationShutdown {
  /** Answers requests without a socket; see {@link MessagesHandler.handle}. */
  readonly handler: MessagesHandler;

  constructor(@Inject(LLAMA_MESSAGES_OPTIONS) options: MessagesOptions) {
    this.handler = createMessagesHandler({ ...options, logger: options.logger ?? createNestLogger() });
  }

  /** Frees the upstream; Nest calls this after the last response is over. */
  async onApplicationShutdown(): Promise<void> {
    await this.handler.close();
  }
}

/** Nest's logger calls it `log` what others call `info`. */
function createNestLogger(): MessagesLogger {
  const logger = new Logger(LOGGER_CONTEXT);
  return {
    info: (message) => logger.log(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}
