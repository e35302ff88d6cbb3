import { Readable } from 'node:stream';
import type { EventStream } from '../event-stream.ts';

/**
 * Returns a stream of the response's body as a Readable, for frameworks that send one themselves, at the pace of whoever
 * reads it. A body that cannot be completed destroys it with an error, so that the connection is broken.
 *
 * @remarks Destroying it does not stop the exchange: that is what the request's signal is for.
 */
export function toReadable(body: EventStream): Readable {
  let isPiped = false;
  let isBroken = false;
  let goOn: () => void = () => {};

  const readable = new Readable({
    read() {
      goOn();
      if (isPiped) return;
      isPiped = true;
      void body
        .pipe({
          write: (frames) => readable.destroyed || readable.push(frames),
          ready: () =>
            new Promise((resolve) => {
              if (readable.destroyed) resolve();
              goOn = resolve;
            }),
          destroy() {
            isBroken = true;
            readable.destroy(new Error('The answer could not be completed'));
          },
        })
        .then(() => {
          if (!isBroken && !readable.destroyed) readable.push(null);
        });
    },
    destroy(error, done) {
      goOn();
      done(error);
    },
  });
  return readable;
}
