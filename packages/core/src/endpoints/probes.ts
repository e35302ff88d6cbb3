import type { Endpoint } from './endpoint.ts';

/** `HEAD /` and `HEAD /api/hello`: Claude Code asks them before its first request, and only wants an answer. */
export const probe: Endpoint = async () => ({ status: 200, headers: {}, body: '' });
