/** Takes items that are pushed to it, with backpressure. */
export interface Sink<Item> {
  /** False asks to wait for {@link Sink.ready} before the next, or to stop if {@link Sink.isDone}. Never throws. */
  write(item: Item): boolean;
  /** Resolves when more can be written, and also when nobody wants more. */
  ready(): Promise<void>;
  /** Nothing more is wanted; to be looked at whenever `write` has returned false, and after waiting. */
  isDone?(): boolean;
}

/** Pushes items into a sink; resolves when there are no more or the sink is done, rejects if they break off. */
export type Source<Item> = (sink: Sink<Item>) => Promise<void>;

/**
 * Items that can be consumed once: iterated, or pushed, which costs a third of it. A stream of tokens is thousands of
 * small items, and each step of an async iteration takes several turns of the microtask queue.
 */
export interface PushIterable<Item> extends AsyncIterable<Item> {
  readonly pipe?: Source<Item> | undefined;
}

/** Pushes all items of `items` into `sink`; leaves the iteration when the sink is done. */
export function pump<Item>(items: PushIterable<Item>, sink: Sink<Item>): Promise<void> {
  return items.pipe ? items.pipe(sink) : pumpEach(items, sink);
}

async function pumpEach<Item>(items: AsyncIterable<Item>, sink: Sink<Item>): Promise<void> {
  for await (const item of items) {
    if (sink.write(item)) continue;
    if (!sink.isDone?.()) await sink.ready();
    if (sink.isDone?.()) return;
  }
}

/** Returns the items of a source as an iteration, which asks for one after another. Leaving it calls `onLeave`. */
export async function* pull<Item>(
  source: Source<Item>,
  onLeave: () => void,
): AsyncGenerator<Item, void, undefined> {
  const items: Item[] = [];
  let isOver = false;
  let isLeft = false;
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => {};
  let release: () => void = () => {};
  const over = source({
    write(item) {
      items.push(item);
      wake();
      return false;
    },
    ready: () =>
      new Promise((resolve) => {
        if (isLeft) resolve();
        release = resolve;
      }),
    isDone: () => isLeft,
  }).then(
    () => {
      isOver = true;
      wake();
    },
    (error: unknown) => {
      isOver = true;
      failure = { error };
      wake();
    },
  );
  try {
    for (;;) {
      if (items.length > 0) {
        yield items.shift() as Item;
        if (items.length === 0) release();
      } else if (isOver) {
        if (failure) throw failure.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    isLeft = true;
    onLeave();
    release();
    await over;
  }
}
