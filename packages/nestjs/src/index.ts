/**
 * The Anthropic Messages API as a NestJS module.
 *
 * @packageDocumentation
 */
export { LlamaMessagesModule } from './llama-messages.module.ts';
export { LlamaMessagesController } from './llama-messages.controller.ts';
export { LlamaMessagesService } from './llama-messages.service.ts';
export type {
  LlamaMessagesModuleExtras,
  LlamaMessagesModuleOptions,
  LlamaMessagesOptionsFactory,
} from './llama-messages.options.ts';
export type { MessagesOptions } from '@llama-messages/core';
