import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { useBodyParser } from './body-parser.ts';
import { LLAMA_MESSAGES_PATH } from './llama-messages.constants.ts';
import { ConfigurableModuleClass } from './llama-messages.module-definition.ts';
import { LlamaMessagesService } from './llama-messages.service.ts';
import { toBases } from './mount.ts';
import { registerProbe } from './probe.ts';

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
export class LlamaMessagesModule extends ConfigurableModuleClass implements OnModuleInit {
  readonly #host: HttpAdapterHost;
  readonly #service: LlamaMessagesService;
  readonly #bases: () => readonly [string, ...string[]];

  /** Registers the body parser here and not in `onModuleInit`, which comes after Nest's own parser. */
  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(ApplicationConfig) config: ApplicationConfig,
    @Inject(LlamaMessagesService) service: LlamaMessagesService,
    @Inject(LLAMA_MESSAGES_PATH) mount: string,
  ) {
    super();
    this.#host = host;
    this.#service = service;
    this.#bases = () => toBases(config, mount);
    const isMessagesPath = (path: string) => this.#isMessagesPath(path);
    // Replayed when the adapter is there; in tests it comes after the modules, in a standalone app never.
    host.init$.subscribe(() => useBodyParser(host.httpAdapter, isMessagesPath, service.handler.maxBodyBytes));
  }

  onModuleInit(): void {
    const adapter = this.#host.httpAdapter;
    if (adapter) registerProbe(adapter, this.#bases()[0] || '/', this.#service.handler);
  }

  #isMessagesPath(path: string): boolean {
    const { handler } = this.#service;
    return this.#bases().some(
      (base) => path.startsWith(`${base}/`) && handler.matches('POST', path.slice(base.length)),
    );
  }
}
