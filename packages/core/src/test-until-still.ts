import { vi } from 'vitest';

/** Resolves when a count has stopped growing: whoever makes it grow waits for somebody else. */
export async function untilStill(count: () => number): Promise<void> {
  let before = -1;
  await vi.waitUntil(
    () => {
      const isStill = before === count();
      before = count();
      return isStill;
    },
    { interval: 200 },
  );
}
