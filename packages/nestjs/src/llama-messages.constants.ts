/** Injection token of core's options. */
export const LLAMA_MESSAGES_OPTIONS = Symbol('LLAMA_MESSAGES_OPTIONS');

/** Injection token of the path that the module is mounted at, with a leading slash and none at the end. */
export const LLAMA_MESSAGES_PATH = Symbol('LLAMA_MESSAGES_PATH');

/** Name under which the module logs. */
export const LOGGER_CONTEXT = 'LlamaMessages';
