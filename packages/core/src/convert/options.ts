import type { UpstreamModel, UpstreamTraits } from '../upstream/upstream.ts';

/** What the conversion of one request depends on beside the request itself. */
export interface ConvertOptions {
  /** The model that answers: its id is sent upstream, its abilities decide what is sent in place of what it cannot read. */
  readonly model: UpstreamModel;
  readonly traits: UpstreamTraits;
  /** Returns the hidden thinking that a signature of this server carries; without it such thinking is lost. */
  readonly readSignature?: ((signature: string) => string | undefined) | undefined;
  /** Puts the names of revealed tools into the order that the conversation first saw them in. */
  readonly orderRevealed?: ((names: readonly string[]) => string[]) | undefined;
}
