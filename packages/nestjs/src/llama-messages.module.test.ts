import { Inject, Injectable, Logger, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { llamaServer, type MessagesOptions, type Upstream } from '@llama-messages/core';
import { createClient, requestOf } from '@llama-messages/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LlamaMessagesModule, type LlamaMessagesOptionsFactory, LlamaMessagesService } from './index.ts';
import { adapters, describePlatforms, largeRequest } from './test-app.ts';

@Injectable()
class Asker {
  readonly service: LlamaMessagesService;
  constructor(@Inject(LlamaMessagesService) service: LlamaMessagesService) {
    this.service = service;
  }
  async ask(): Promise<unknown> {
    const { body } = await this.service.handler.handle({
      method: 'POST',
      path: '/v1/messages',
      headers: new Headers(),
      body: () => requestOf('Hello'),
      signal: AbortSignal.timeout(5_000),
    });
    return JSON.parse(String(body)) as unknown;
  }
}

@Injectable()
class Settings {
  url = '';
}

@Injectable()
class OptionsFactory implements LlamaMessagesOptionsFactory {
  static url = '';
  createLlamaMessagesOptions(): MessagesOptions {
    return { upstream: OptionsFactory.url };
  }
}

describePlatforms((host, platform) => {
  test('the service can be injected where the module is imported, and asked without a socket', async () => {
    const { app } = await host.start({
      imports: [LlamaMessagesModule.forRoot({ upstream: host.upstream.url })],
      providers: [Asker],
    });
    expect(await app.get(Asker).ask()).toMatchObject({ type: 'message' });
  });

  test('isGlobal makes it injectable where the module is not imported', async () => {
    @Module({ providers: [Asker] })
    class FeatureModule {}
    const module = LlamaMessagesModule.forRoot({ upstream: host.upstream.url, isGlobal: true });
    const { app } = await host.start({ imports: [module, FeatureModule] });
    expect(await app.get(Asker, { strict: false }).ask()).toMatchObject({ type: 'message' });
  });

  test('forRootAsync takes a factory, a class or an existing provider, and a path', async () => {
    OptionsFactory.url = host.upstream.url;
    @Module({
      providers: [OptionsFactory, { provide: Settings, useFactory: () => ({ url: host.upstream.url }) }],
      exports: [Settings, OptionsFactory],
    })
    class SettingsModule {}
    const imports = [
      LlamaMessagesModule.forRootAsync({
        imports: [SettingsModule],
        inject: [Settings],
        useFactory: async (settings: Settings) => ({ upstream: settings.url }),
      }),
      LlamaMessagesModule.forRootAsync({ path: 'class', useClass: OptionsFactory }),
      LlamaMessagesModule.forRootAsync({
        path: 'existing',
        imports: [SettingsModule],
        useExisting: OptionsFactory,
      }),
    ];
    const { client } = await host.start({ imports });
    for (const path of ['', '/class', '/existing']) {
      const response = await client.request('POST', `${path}/v1/messages`, { body: largeRequest });
      expect(response.status, `${path}: ${await response.text()}`).toBe(200);
    }
  });

  test('wrong options stop the app from starting, and say what to change', async () => {
    const imports = [LlamaMessagesModule.forRoot({ upstream: 'localhost:8080' })];
    await expect(host.start({ imports })).rejects.toThrow(/http:\/\/127\.0\.0\.1:8080/);
  });

  test('closing the app closes the upstream', async () => {
    const closed = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const upstream: Upstream = { ...llamaServer({ url: host.upstream.url }), close: closed };
    const { app } = await host.start({ imports: [LlamaMessagesModule.forRoot({ upstream })] });
    expect(closed).not.toHaveBeenCalled();
    await app.close();
    expect(closed).toHaveBeenCalledOnce();
  });

  test("without a logger, warnings go to Nest's own", async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    const { client } = await host.start({
      imports: [LlamaMessagesModule.forRoot({ upstream: 'http://127.0.0.1:1' })],
    });
    const response = await client.messages(requestOf('Hello'));
    expect(response.status).toBeGreaterThanOrEqual(500);
    const { ['request-id']: id } = response.headers;
    expect(warn.mock.calls.map(([message]) => String(message)).join('\n')).toContain(String(id));
  });

  test('a testing module, which gets its adapter late, takes large bodies too', async () => {
    const module = await Test.createTestingModule({
      imports: [LlamaMessagesModule.forRoot({ upstream: host.upstream.url })],
    }).compile();
    const app = module.createNestApplication(new adapters[platform](), { logger: false });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const response = await createClient(await app.getUrl()).messages(largeRequest);
    expect(response.status, await response.text()).toBe(200);
  });
});
