import type { MessagesOptions } from '@llama-messages/core';

/** What only Nest needs to know; everything else is core's {@link MessagesOptions}. */
export interface LlamaMessagesModuleExtras {
  /**
   * Path below the global prefix that the API is mounted at: with `'ai'`, clients use `http://host/ai` as base URL.
   * @defaultValue the root, so that clients use `http://host`
   */
  readonly path?: string | undefined;
  /**
   * Makes {@link LlamaMessagesService} injectable everywhere, without importing the module again.
   * @defaultValue false
   */
  readonly isGlobal?: boolean | undefined;
}

/** The options of `LlamaMessagesModule.forRoot`. Only `upstream` is required. */
export type LlamaMessagesModuleOptions = MessagesOptions & LlamaMessagesModuleExtras;

/** What the class behind `useClass` and `useExisting` of `LlamaMessagesModule.forRootAsync` implements. */
export interface LlamaMessagesOptionsFactory {
  createLlamaMessagesOptions(): MessagesOptions | Promise<MessagesOptions>;
}
