import { pull, type Sink } from './sink.ts';

/** Takes the frames of a stream, with backpressure. */
export interface FrameSink extends Sink<string> {
  /** Breaks the connection: the answer cannot be completed, and must not look as if it were. */
  destroy(): void;
}

/**
 * A body on its way out; each item is all the whole frames of one upstream read. Can be consumed once.
 * The iteration throws where {@link EventStream.pipe} would destroy the sink.
 */
export interface EventStream extends AsyncIterable<string> {
  /** The same, pushed. Resolves when the stream is over, however it ended; never rejects. */
  pipe(sink: FrameSink): Promise<void>;
}

/** Returns the stream of what `pipe` pushes; leaving its iteration calls `onLeave`. */
export function createEventStream(pipe: EventStream['pipe'], onLeave: () => void): EventStream {
  return {
    pipe,
    [Symbol.asyncIterator]() {
      return pull<string>(async (sink) => {
        let isBroken = false;
        await pipe({
          write: (frames) => sink.write(frames),
          ready: () => sink.ready(),
          destroy() {
            isBroken = true;
          },
        });
        if (isBroken) throw new Error('The answer could not be completed');
      }, onLeave);
    },
  };
}

/** Writes frames, and something else whenever there have been none for a while. */
export interface PacedWriter extends Sink<string> {
  /** Ends the pings. */
  close(): void;
}

/**
 * Returns a writer that calls `onSilence` whenever nothing has been written for `intervalMs`. One timer a stream, that
 * re-arms itself: resetting it on every token costs more than the token.
 */
export function createPacedWriter(sink: FrameSink, intervalMs: number, onSilence: () => string): PacedWriter {
  let lastWrite = performance.now();
  let blocked: Promise<void> | undefined;
  let timer = setTimeout(tick, intervalMs);

  function write(frames: string): boolean {
    if (frames === '') return blocked === undefined;
    lastWrite = performance.now();
    if (sink.write(frames)) return true;
    blocked ??= sink.ready().then(() => {
      blocked = undefined;
    });
    return false;
  }

  function tick(): void {
    const wait = lastWrite + intervalMs - performance.now();
    if (wait <= 0 && blocked === undefined) write(onSilence());
    timer = setTimeout(tick, wait > 0 ? wait : intervalMs);
  }

  return {
    write,
    ready: () => blocked ?? Promise.resolve(),
    close: () => clearTimeout(timer),
  };
}
