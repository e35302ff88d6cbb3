import type { Serve } from './serve.ts';

/** The servers that can be measured, by the names that they have in results. */
export const serverNames = [
  'pipe',
  'node',
  'express',
  'fastify',
  'nestjs-express',
  'nestjs-fastify',
  'fetch',
  'llms',
] as const;

export type ServerName = (typeof serverNames)[number];

/** Returns a server of this name, with the packages that `checkout` has built where it is made of them. */
export async function loadServer(name: string, checkout: string): Promise<Serve> {
  switch (name as ServerName) {
    case 'pipe':
      return (await import('./pipe.ts')).servePipe;
    case 'node':
      return (await import('./node.ts')).serveNode(checkout);
    case 'express':
      return (await import('./express.ts')).serveExpress(checkout);
    case 'fastify':
      return (await import('./fastify.ts')).serveFastify(checkout);
    case 'nestjs-express':
      return (await import('./nestjs.ts')).serveNestjs(checkout, 'express');
    case 'nestjs-fastify':
      return (await import('./nestjs.ts')).serveNestjs(checkout, 'fastify');
    case 'fetch':
      return (await import('./fetch.ts')).serveFetch(checkout);
    case 'llms':
      return (await import('./llms.ts')).serveLlms;
    default:
      throw new Error(`There is no server "${name}": choose of ${serverNames.join(', ')}`);
  }
}
