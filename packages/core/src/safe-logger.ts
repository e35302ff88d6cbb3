import type { Logger } from './options.ts';

/**
 * Returns a logger that drops what `logger` throws (pino does when the thread behind it is gone): a line that cannot be
 * written must not take an answer with it. The rest is inherited, for pino is recognized by it.
 */
export function toSafeLogger(logger: Logger): Logger {
  const safe = Object.create(logger) as Logger;
  for (const level of ['info', 'warn', 'error'] as const) {
    if (typeof logger[level] !== 'function') continue;
    safe[level] = (...line) => {
      try {
        logger[level]?.(...line);
      } catch {
        // There is nobody else to tell.
      }
    };
  }
  return safe;
}
