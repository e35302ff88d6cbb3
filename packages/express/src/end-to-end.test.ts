import { createServer } from 'node:http';
import { describeEndToEnd, listen } from '@llama-messages/testkit';
import express from 'express';
import { llamaMessages } from './index.ts';

describeEndToEnd('express', (options) => {
  const middleware = llamaMessages(options);
  return listen(createServer(express().use(middleware)), () => middleware.close());
});
