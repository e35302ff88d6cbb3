import { readFileSync } from 'node:fs';

const fixtures = new URL('../../../testkit/fixtures/llama-server/', import.meta.url);
const recorded = (name: string) => readFileSync(new URL(`${name}/body.json`, fixtures), 'utf8');

/** More than any row opens streams: no server may have to queue. */
const slots = 8192;

/** What llama-server says of itself and of its model, as recorded but for the slots and the context window, by route. */
export const modelRoutes: Readonly<Record<string, string>> = {
  'GET /health': recorded('health'),
  'GET /v1/models': recorded('models').replaceAll(/"n_ctx":\d+/g, '"n_ctx":1048576'),
  'GET /props': recorded('props')
    .replace(/"total_slots":\d+/, `"total_slots":${slots}`)
    .replaceAll(/"n_ctx":\d+/g, '"n_ctx":1048576'),
};
