/** A promise that the test resolves: what a scripted answer waits for. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

/** Returns a closed gate. */
export function createGate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/**
 * Resolves with what `promise` resolves with; rejects with `what` in the message when it took longer than `limitMs`.
 * Turns a case that would hang into a case that says what did not happen.
 */
export async function within<Value>(promise: Promise<Value>, limitMs: number, what: string): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${limitMs} ms: ${what}`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
