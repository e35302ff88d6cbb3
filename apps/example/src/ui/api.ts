/** The JSON of `/ui/api`, for the page. Types only. */
export type * from '../inspector/api.ts';
export type * from '../status/api.ts';

/** What every other status than 2xx comes with. */
export interface Problem {
  /** What is wrong, and what to change. */
  readonly error: string;
}
