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
  /**
   * The same, pushed. Resolves when the stream is over, however it ended, with what is still to be written, so that it can
   * leave together with the end of the body; never rejects.
   */
  pipe(sink: FrameSink): Promise<string>;
}

/** Returns the stream of what `pipe` pushes; leaving its iteration calls `onLeave`. */
export function createEventStream(pipe: EventStream['pipe'], onLeave: () => void): EventStream {
  return new PushedEvents(pipe, onLeave);
}

class PushedEvents implements EventStream {
  readonly pipe: EventStream['pipe'];
  private readonly onLeave: () => void;

  constructor(pipe: EventStream['pipe'], onLeave: () => void) {
    this.pipe = pipe;
    this.onLeave = onLeave;
  }

  [Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    return pull<string>(async (sink) => {
      let isBroken = false;
      const last = await this.pipe({
        write: (frames) => sink.write(frames),
        ready: () => sink.ready(),
        destroy() {
          isBroken = true;
        },
      });
      if (isBroken) throw new Error('The answer could not be completed');
      if (last !== '') sink.write(last);
    }, this.onLeave);
  }
}

/** A silence is noticed at the end of one of so many parts of the longest that there may be. */
const silenceParts = 4;

/**
 * Writes frames, and something else before nothing has been written for `intervalMs`. One timer a stream, that counts:
 * resetting one on every token costs more than the token.
 */
export class PacedWriter implements Sink<string> {
  private readonly sink: FrameSink;
  private readonly timer: ReturnType<typeof setInterval>;
  private silentParts = 0;
  private blocked: Promise<void> | undefined;

  constructor(sink: FrameSink, intervalMs: number, onSilence: () => string) {
    this.sink = sink;
    this.timer = setInterval(() => {
      this.silentParts += 1;
      if (this.silentParts >= silenceParts && this.blocked === undefined) this.write(onSilence());
    }, intervalMs / silenceParts);
  }

  write(frames: string): boolean {
    if (frames === '') return this.blocked === undefined;
    this.silentParts = 0;
    if (this.sink.write(frames)) return true;
    this.blocked ??= this.sink.ready().then(() => {
      this.blocked = undefined;
    });
    return false;
  }

  ready(): Promise<void> {
    return this.blocked ?? Promise.resolve();
  }

  /** Ends the pings. */
  close(): void {
    clearInterval(this.timer);
  }
}
