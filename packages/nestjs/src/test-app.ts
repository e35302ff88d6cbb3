import 'reflect-metadata';
import { type INestApplication, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  type Client,
  createClient,
  createScriptedLlamaServer,
  type ScriptedLlamaServer,
} from '@llama-messages/testkit';
import { afterEach, beforeEach, describe } from 'vitest';

/** A host app and the model server behind it. */
export interface Host {
  readonly upstream: ScriptedLlamaServer;
  /** Starts an app; it is closed after the test. */
  start(metadata: ModuleMetadata, configure?: (app: INestApplication) => void): Promise<StartedApp>;
}

export interface StartedApp {
  readonly app: INestApplication;
  readonly client: Client;
}

/** The platforms by their names in Nest. */
export const adapters = { express: ExpressAdapter, fastify: FastifyAdapter };

/** Defines the same tests on both platforms. */
export function describePlatforms(define: (host: Host, platform: keyof typeof adapters) => void): void {
  describe.each(['express', 'fastify'] as const)('%s', (platform) => {
    let upstream: ScriptedLlamaServer;
    let apps: INestApplication[] = [];

    beforeEach(async () => {
      upstream = await createScriptedLlamaServer();
    });
    afterEach(async () => {
      await upstream.close();
      await Promise.all(apps.map((app) => app.close()));
      apps = [];
    });

    async function start(
      metadata: ModuleMetadata,
      configure?: (app: INestApplication) => void,
    ): Promise<StartedApp> {
      @Module(metadata)
      class AppModule {}
      const app = await NestFactory.create(AppModule, new adapters[platform](), {
        logger: false,
        abortOnError: false,
      });
      apps.push(app);
      configure?.(app);
      await app.listen(0, '127.0.0.1');
      return { app, client: createClient(await app.getUrl()) };
    }

    const host: Host = {
      get upstream() {
        return upstream;
      },
      start,
    };
    define(host, platform);
  });
}

/** A body of 5 MiB: 50 times what Nest's parser takes on Express, 5 times what Fastify takes. */
export const largeRequest = {
  model: 'claude-test',
  max_tokens: 64,
  messages: [{ role: 'user', content: 'x'.repeat(5 * 1024 * 1024) }],
};
