import { Failure } from '../failure.ts';

/** A model on Hugging Face. */
export interface ModelReference {
  /** `OWNER/REPO` */
  readonly repository: string;
  /** The name of a file, or a quantisation such as `Q4_K_M`; undefined leaves the choice to us. */
  readonly wanted: string | undefined;
}

const prefix = 'hf:';

export function isModelReference(value: string): boolean {
  return value.startsWith(prefix);
}

/**
 * Returns what `hf:OWNER/REPO[:FILE]` names.
 * @throws Failure if it is not of that form
 */
export function toModelReference(value: string): ModelReference {
  const [, repository, wanted] = /^hf:([\w.-]+\/[\w.-]+)(?::(.+))?$/.exec(value) ?? [];
  if (repository === undefined) {
    throw new Failure(
      `--model ${value} is no model on Hugging Face. Write it like hf:ggml-org/gemma-3-4b-it-GGUF or, with a file or a quantisation, hf:ggml-org/gemma-3-4b-it-GGUF:Q4_K_M.`,
    );
  }
  return { repository, wanted };
}
