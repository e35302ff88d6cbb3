import { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { EventStream, FrameSink } from '../event-stream.ts';
import { toChunkSink } from './chunk-sink.ts';

/**
 * Returns a stream of the response's body as a Readable, for frameworks that send one themselves, at the pace of whoever
 * reads it. A body that cannot be completed destroys it with an error, so that the connection is broken. Piped into a
 * response that nobody has put anything in front of, it takes the way that costs least.
 *
 * @remarks Destroying it does not stop the exchange: that is what the request's signal is for.
 */
export function toReadable(body: EventStream): Readable {
  return new BodyReadable(body);
}

class BodyReadable extends Readable {
  private readonly body: EventStream;
  private isTaken = false;
  private goOn: (() => void) | undefined;

  constructor(body: EventStream) {
    super();
    this.body = body;
  }

  override pipe<Destination extends NodeJS.WritableStream>(
    destination: Destination,
    options?: { end?: boolean },
  ): Destination {
    const sink = this.isTaken ? undefined : toDirectSink(destination);
    if (!sink) return super.pipe(destination, options);
    this.begin(sink, (last) => {
      if (options?.end !== false) this.once('end', () => destination.end(last));
      else if (last !== '') sink.write(last);
    });
    // Its end is an event of this stream all the same, and needs a reader.
    this.resume();
    return destination;
  }

  override _read(): void {
    this.goOn?.();
    if (this.isTaken) return;
    const sink: FrameSink = {
      write: (frames) => this.destroyed || this.push(frames),
      ready: () =>
        new Promise((resolve) => {
          if (this.destroyed) resolve();
          this.goOn = resolve;
        }),
      destroy() {},
    };
    this.begin(sink, (last) => {
      if (last !== '') this.push(last);
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.goOn?.();
    done(error);
  }

  /** @param writeLast - called with what is still to be written when all else has been */
  private begin(sink: FrameSink, writeLast: (last: string) => void): void {
    this.isTaken = true;
    void this.body.pipe(new BreakingSink(this, sink)).then((last) => {
      if (this.destroyed) return;
      writeLast(last);
      this.push(null);
    });
  }
}

/** Breaks the Readable together with the connection. A class, as everything that is called for each token: docs/decisions/0017. */
class BreakingSink implements FrameSink {
  private readonly readable: Readable;
  private readonly sink: FrameSink;

  constructor(readable: Readable, sink: FrameSink) {
    this.readable = readable;
    this.sink = sink;
  }

  write(frames: string): boolean {
    return this.sink.write(frames);
  }

  ready(): Promise<void> {
    return this.sink.ready();
  }

  destroy(): void {
    this.readable.destroy(new Error('The answer could not be completed'));
    this.sink.destroy();
  }
}

function toDirectSink(destination: NodeJS.WritableStream): FrameSink | undefined {
  return destination instanceof ServerResponse ? toChunkSink(destination) : undefined;
}
