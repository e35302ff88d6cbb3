/** Takes the frames of a stream, with backpressure. */
export interface FrameSink {
  /** Takes whole frames; false asks to wait for {@link FrameSink.ready} before the next. */
  write(frames: string): boolean;
  /** Resolves when more can be written, and also when the reader is gone for good. */
  ready(): Promise<void>;
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

/** Returns the stream of what `pipe` pushes; leaving its iteration aborts `abort`. */
export function createEventStream(pipe: EventStream['pipe'], abort: AbortController): EventStream {
  return { pipe, [Symbol.asyncIterator]: () => pull(pipe, abort) };
}

/** Writes frames with the sink's backpressure. */
export interface PacedWriter {
  /** Resolves when the sink takes more. */
  write(frames: string): Promise<void> | undefined;
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

  function write(frames: string): Promise<void> | undefined {
    if (frames === '') return undefined;
    lastWrite = performance.now();
    if (sink.write(frames)) return undefined;
    blocked ??= sink.ready().then(() => {
      blocked = undefined;
    });
    return blocked;
  }

  function tick(): void {
    const wait = lastWrite + intervalMs - performance.now();
    if (wait <= 0 && blocked === undefined) void write(onSilence());
    timer = setTimeout(tick, wait > 0 ? wait : intervalMs);
  }

  return { write, close: () => clearTimeout(timer) };
}

/** Turns a push into an async iteration. */
async function* pull(
  pipe: EventStream['pipe'],
  abort: AbortController,
): AsyncGenerator<string, void, undefined> {
  let frames = '';
  let isDone = false;
  let isBroken = false;
  let wake: () => void = () => {};
  let release: () => void = () => {};
  const done = pipe({
    write(text) {
      frames += text;
      wake();
      return false;
    },
    ready: () =>
      new Promise((resolve) => {
        release = resolve;
      }),
    destroy() {
      isBroken = true;
    },
  }).then(() => {
    isDone = true;
    wake();
  });
  try {
    for (;;) {
      if (frames !== '') {
        const taken = frames;
        frames = '';
        yield taken;
        release();
      } else if (isDone) break;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
    if (isBroken) throw new Error('The answer could not be completed');
  } finally {
    abort.abort();
    release();
    await done;
  }
}
