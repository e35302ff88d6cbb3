/** Work that is done at most once a frame, and less often where it is slow. */
export interface FrameLoop {
  /** Asks for the work to be done soon. */
  request(): void;
  /** Does it now if it was asked for. */
  flush(): void;
}

/** Of all time, at most a quarter goes into drawing, so that a very long answer leaves the page usable. */
const restPerWork = 3;

/** Returns a loop around `work`, which is measured with what the browser has to lay out and paint after it. */
export function createFrameLoop(work: () => void): FrameLoop {
  let isRequested = false;
  let isScheduled = false;

  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    // A tab in the background has no frames, but its answer should be there when the user comes back.
    if (document.hidden) setTimeout(run, 250);
    else requestAnimationFrame(run);
  };

  const run = (): void => {
    const startedAt = performance.now();
    if (isRequested) {
      isRequested = false;
      work();
    }
    // A task after the frame: by then it is painted.
    setTimeout(() => {
      const cost = performance.now() - startedAt;
      setTimeout(
        () => {
          isScheduled = false;
          if (isRequested) schedule();
        },
        cost < 8 ? 0 : cost * restPerWork,
      );
    });
  };

  return {
    request() {
      isRequested = true;
      schedule();
    },
    flush() {
      if (!isRequested) return;
      isRequested = false;
      work();
    },
  };
}
