/** Options of {@link embedded}. */
export interface EmbeddedOptions {
  /** Path of a GGUF file; of the first part (`…-00001-of-00003.gguf`) where a model is split. */
  readonly model: string;
  /**
   * The model's name in `/v1/models` and in answers.
   * @defaultValue the file name without `.gguf`
   */
  readonly modelId?: string;
  /**
   * Tokens of one slot, prompt and answer together; never more than the model was trained for.
   * A coding agent's first prompt alone takes about 20 000.
   * @defaultValue 16384
   */
  readonly contextSize?: number;
  /**
   * Requests that generate at the same time; further ones wait in the order they came.
   *
   * One slot keeps its prompt cache, so that the next turn of a conversation starts at once. With more than one,
   * the engine decodes in one batch but reads every prompt from its beginning.
   * @defaultValue 1
   */
  readonly slots?: number;
  /**
   * Layers that run on the GPU. `auto` is the engine's choice: all of them where its build has a GPU.
   * @defaultValue 'auto'
   */
  readonly gpuLayers?: 'auto' | number;
  /**
   * The engine's build: `default` is CPU on Linux and Windows and Metal on macOS;
   * the other two need a package of their own, which the README names.
   * @defaultValue 'default'
   */
  readonly build?: 'default' | 'cuda' | 'vulkan';
  /**
   * CPU threads that generate.
   * @defaultValue half of the CPU's, the engine's choice
   */
  readonly threads?: number;
  /**
   * Called with 0 to 100 while the model file is read, in whole percent; 100 is reported once the model answers.
   * Between 99 and 100 the engine prepares the weights and blocks the event loop.
   */
  readonly onLoadProgress?: (percent: number) => void;
}

/** {@link EmbeddedOptions} with every default filled in. */
export interface ResolvedOptions {
  readonly model: string;
  readonly modelId: string;
  readonly contextSize: number;
  readonly slots: number;
  readonly gpuLayers: 'auto' | number;
  readonly build: 'default' | 'cuda' | 'vulkan';
  readonly threads: number | undefined;
  readonly onLoadProgress: (percent: number) => void;
}

/**
 * Returns the options with their defaults.
 *
 * @throws TypeError for a value that cannot work, with the option's name.
 */
export function resolveOptions(options: EmbeddedOptions): ResolvedOptions {
  if (typeof options.model !== 'string' || options.model === '') {
    throw new TypeError('embedded: `model` must be the path of a GGUF file.');
  }
  const fileName = options.model.split(/[\\/]/).pop() ?? options.model;
  return {
    model: options.model,
    modelId: options.modelId ?? fileName.replace(/\.gguf$/i, ''),
    contextSize: wholeNumber('contextSize', options.contextSize ?? 16_384, 256),
    slots: wholeNumber('slots', options.slots ?? 1, 1),
    gpuLayers:
      options.gpuLayers === undefined || options.gpuLayers === 'auto'
        ? 'auto'
        : wholeNumber('gpuLayers', options.gpuLayers, 0),
    build: options.build ?? 'default',
    threads: options.threads === undefined ? undefined : wholeNumber('threads', options.threads, 1),
    onLoadProgress: options.onLoadProgress ?? (() => {}),
  };
}

function wholeNumber(name: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new TypeError(
    `embedded: \`${name}\` must be a whole number of at least ${least}, not ${String(value)}.`,
  );
}
