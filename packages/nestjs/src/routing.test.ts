import { Controller, Get, HttpCode, Post, RequestMethod, VersioningType } from '@nestjs/common';
import { requestOf } from '@llama-messages/testkit';
import { describe, expect, test } from 'vitest';
import { LlamaMessagesModule } from './index.ts';
import { describePlatforms, largeRequest } from './test-app.ts';

@Controller()
class HostController {
  @Get()
  home() {
    return 'the home page of the host';
  }

  @Post('echo')
  @HttpCode(200)
  echo() {
    return { ok: true };
  }
}

describePlatforms((host) => {
  const module = () => LlamaMessagesModule.forRoot({ upstream: host.upstream.url });

  test('global prefix, path and URI versioning: served where they say, large bodies included', async () => {
    const imports = [LlamaMessagesModule.forRoot({ upstream: host.upstream.url, path: '/ai/' })];
    const { client } = await host.start({ imports }, (app) => {
      app.setGlobalPrefix('api');
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '7' });
    });
    const response = await client.request('POST', '/api/ai/v1/messages', { body: largeRequest });
    expect(response.status, await response.text()).toBe(200);
    expect((await client.request('HEAD', '/api/ai')).status).toBe(200);
    expect((await client.request('GET', '/api/ai/v1/models')).status).toBe(200);
    const elsewhere = await client.request('POST', '/v1/messages', { body: requestOf('Hello') });
    expect(elsewhere.status).toBe(404);
  });

  test('header versioning does not hide the API from clients that know nothing of it', async () => {
    const { client } = await host.start({ imports: [module()] }, (app) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '7' }),
    );
    const response = await client.messages(requestOf('Hello'));
    expect(response.status, await response.text()).toBe(200);
  });

  test('large bodies also where the global prefix leaves the API out', async () => {
    const { client } = await host.start({ imports: [module()] }, (app) =>
      app.setGlobalPrefix('api', { exclude: [{ path: 'v1/{*rest}', method: RequestMethod.ALL }] }),
    );
    const response = await client.messages(largeRequest);
    expect(response.status, await response.text()).toBe(200);
  });

  test('two modules on two paths, each with its own options', async () => {
    const forPath = (path: string, maxBodyBytes: number) =>
      LlamaMessagesModule.forRoot({ upstream: host.upstream.url, path, maxBodyBytes });
    const { client } = await host.start({ imports: [forPath('one', 1024), forPath('two', 8 * 1024 * 1024)] });
    const body = requestOf('x'.repeat(2048));
    expect((await client.request('POST', '/one/v1/messages', { body })).status).toBe(413);
    expect((await client.request('POST', '/two/v1/messages', { body })).status).toBe(200);
  });

  describe('routes of the host', () => {
    test('GET / stays its own, beside the probe', async () => {
      const { client } = await host.start({ imports: [module()], controllers: [HostController] });
      expect(await (await client.request('GET', '/')).text()).toBe('the home page of the host');
      expect((await client.request('HEAD', '/')).status).toBe(200);
    });

    test('keep the limit of their own parser', async () => {
      const { client } = await host.start({ imports: [module()], controllers: [HostController] });
      expect((await client.request('POST', '/echo', { body: largeRequest })).status).toBe(413);
    });
  });

  test('ids of models may hold a slash, encoded or not', async () => {
    const { client } = await host.start({ imports: [module()] });
    const encoded = await client.request('GET', '/v1/models/org%2Fmodel');
    expect(await encoded.json()).toMatchObject({ id: 'org/model' });
    const plain = await client.request('GET', '/v1/models/org/model');
    expect(plain.status).toBe(200);
  });
});
