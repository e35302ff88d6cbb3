import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { MessagesOptions } from '@llama-messages/core';
import { LLAMA_MESSAGES_OPTIONS, LLAMA_MESSAGES_PATH } from './llama-messages.constants.ts';
import { createMountedController } from './llama-messages.controller.ts';
import type { LlamaMessagesModuleExtras } from './llama-messages.options.ts';
import { toMount } from './mount.ts';

/**
 * `path` and `isGlobal` are extras and not options: Nest needs them to build the module, which is before the factory
 * of `forRootAsync` has run.
 */
export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<MessagesOptions>({
  optionsInjectionToken: LLAMA_MESSAGES_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createLlamaMessagesOptions')
  .setExtras<LlamaMessagesModuleExtras>(
    { path: undefined, isGlobal: undefined },
    (definition, { path = '', isGlobal = false }) => {
      const mount = toMount(path);
      return {
        ...definition,
        global: isGlobal,
        controllers: [createMountedController(mount)],
        providers: [...(definition.providers ?? []), { provide: LLAMA_MESSAGES_PATH, useValue: mount }],
      };
    },
  )
  .build();
