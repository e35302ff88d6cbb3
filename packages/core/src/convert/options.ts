import type { UpstreamModel, UpstreamTraits } from '../upstream/upstream.ts';

/** What the conversion of one request depends on beside the request itself. */
export interface ConvertOptions {
  /** The model that answers: its id is sent upstream, its abilities decide what is sent in place of what it cannot read. */
  readonly model: UpstreamModel;
  readonly traits: UpstreamTraits;
}
