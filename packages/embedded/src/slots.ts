/** Gives back the slot; further calls do nothing. */
export type Release = () => void;

/** A fixed number of slots and, beyond them, a queue in the order of arrival. */
export interface Slots {
  /** Resolves with the way to give the slot back; rejects with the signal's reason if that aborts first. */
  acquire(signal: AbortSignal): Promise<Release>;
}

/** Returns `count` free slots. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];

  function take(): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    };
  }

  return {
    acquire(signal) {
      return new Promise<Release>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (free > 0) {
          free -= 1;
          return resolve(take());
        }
        const onTurn = (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve(take());
        };
        const onAbort = (): void => {
          waiting.splice(waiting.indexOf(onTurn), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        waiting.push(onTurn);
      });
    },
  };
}
