import { frameworkPipeNames, type ServerName, serverNames } from './names.ts';
import type { Serve } from './serve.ts';

/** Returns a server of this name, with the packages that `checkout` has built where it is made of them. */
export async function loadServer(name: string, checkout: string): Promise<Serve> {
  switch (name as ServerName) {
    case 'pipe':
      return (await import('./pipe.ts')).servePipe;
    case 'pipe+json':
      return (await import('./pipe.ts')).servePipeJson;
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
    case 'pipe-in-express':
      return (await import('./pipe-in-framework.ts')).servePipeInExpress(checkout);
    case 'pipe-in-fastify':
      return (await import('./pipe-in-framework.ts')).servePipeInFastify(checkout);
    case 'pipe-in-nestjs-express':
      return (await import('./pipe-in-framework.ts')).servePipeInNestjs(checkout, 'express');
    case 'pipe-in-nestjs-fastify':
      return (await import('./pipe-in-framework.ts')).servePipeInNestjs(checkout, 'fastify');
    case 'pipe-in-fetch':
      return (await import('./pipe-in-framework.ts')).servePipeInFetch(checkout);
    case 'llms':
      return (await import('./llms.ts')).serveLlms;
    default:
      throw new Error(
        `There is no server "${name}": choose of ${[...serverNames, ...frameworkPipeNames].join(', ')}`,
      );
  }
}
