/** Returns a duration as people say it: 0.42 s, 12.3 s, 3 min 05 s. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
}

/** Returns a time that still runs, in whole seconds. */
export function formatElapsed(milliseconds: number): string {
  return milliseconds < 60_000 ? `${Math.floor(milliseconds / 1000)} s` : formatDuration(milliseconds);
}

export function formatSpeed(tokensPerSecond: number): string {
  return `${tokensPerSecond < 100 ? tokensPerSecond.toFixed(1) : Math.round(tokensPerSecond).toLocaleString()} tokens/s`;
}

/** Returns a share from 0 to 1 in percent; only all of it is 100 %. */
export function formatShare(share: number): string {
  return `${Math.min(share >= 1 ? 100 : 99, Math.round(share * 100))} %`;
}
