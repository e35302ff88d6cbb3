import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { describeAdapter, listen } from '@llama-messages/testkit';
import compression from 'compression';
import express from 'express';
import { llamaMessages, type MessagesOptions } from './index.ts';

/** A way to put the middleware into a server; both majors of Express have the same two methods that it takes. */
function serve(
  create: () => express.Express,
  options: MessagesOptions,
  mount = '',
  before: express.Handler[] = [],
) {
  const app = create();
  for (const handler of before) app.use(handler);
  const middleware = llamaMessages(options);
  app.use(mount || '/', middleware);
  app.use(mount || '/', middleware.errorHandler);
  return listen(createServer(app as RequestListener), () => middleware.close()).then((server) => ({
    ...server,
    url: server.url + mount,
  }));
}

const json = () => express.json({ limit: '32mb' });
const parsed = {
  skip: {
    'limits.too-large.chunked': 'express.json() has read the body under a limit of its own',
  },
};
// By another name than its types have.
const createExpress4 = createRequire(import.meta.url)('express4') as () => express.Express;

describeAdapter('express 5', (options) => serve(express, options));
describeAdapter('express 5, below a path, after express.json()', (options) =>
  serve(express, options, '/llm', [json()]),
);
describeAdapter('express 5, with compression()', (options) => serve(express, options, '', [compression()]));
describeAdapter('express 4', (options) => serve(createExpress4, options));
describeAdapter(
  'express 4, after express.json(), with compression()',
  (options) => serve(createExpress4, options, '', [json(), compression()]),
  parsed,
);
