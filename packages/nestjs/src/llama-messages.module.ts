import { Inject, Module } from '@nestjs/common';
import { type AbstractHttpAdapter, ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { type ExpressApp, useExpressBodyParser } from './body-parser.express.ts';
import { type FastifyInstance, useFastifyBodyParser } from './body-parser.fastify.ts';
import { LLAMA_MESSAGES_PATH } from './llama-messages.constants.ts';
import { ConfigurableModuleClass } from './llama-messages.module-definition.ts';
import { LlamaMessagesService } from './llama-messages.service.ts';

/**
 * Serves the Messages API from a Nest app, on Express and on Fastify.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { LlamaMessagesModule } from '@llama-messages/nestjs';
 *
 * @Module({ imports: [LlamaMessagesModule.forRoot({ upstream: 'http://127.0.0.1:8080' })] })
 * export class AppModule {}
 * ```
 */
@Module({ providers: [LlamaMessagesService], exports: [LlamaMessagesService] })
export class LlamaMessagesModule extends ConfigurableModuleClass {
  /** Registers the body parser here and not in `onModuleInit`, which comes after Nest's own parser. */
  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(ApplicationConfig) config: ApplicationConfig,
    @Inject(LlamaMessagesService) service: LlamaMessagesService,
    @Inject(LLAMA_MESSAGES_PATH) mount: string,
  ) {
    super();
    const { handler } = service;
    // The global prefix is set after this, in main.ts, so it is looked up with each request.
    const isMessagesPath = (path: string) =>
      toBases(config, mount).some(
        (base) => path.startsWith(`${base}/`) && handler.matches('POST', path.slice(base.length)),
      );
    // Replayed when the adapter is there; in tests it comes after the modules, in a standalone app never.
    host.init$.subscribe(() => useBodyParser(host.httpAdapter, isMessagesPath, handler.maxBodyBytes));
  }
}

/** Returns what may stand in front of the API's paths: `setGlobalPrefix` can exclude routes. */
function toBases(config: ApplicationConfig, mount: string): string[] {
  const prefix = config.getGlobalPrefix().replace(/^\/+|\/+$/g, '');
  if (prefix === '') return [mount];
  const prefixed = `/${prefix}${mount}`;
  return config.getGlobalPrefixOptions().exclude ? [prefixed, mount] : [prefixed];
}

function useBodyParser(
  adapter: AbstractHttpAdapter,
  isMessagesPath: (path: string) => boolean,
  maxBytes: number,
): void {
  if (adapter.getType() === 'fastify') {
    useFastifyBodyParser(adapter.getInstance<FastifyInstance>(), isMessagesPath, maxBytes);
  } else {
    useExpressBodyParser(adapter.getInstance<ExpressApp>(), isMessagesPath, maxBytes);
  }
}
