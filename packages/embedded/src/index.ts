/**
 * llama.cpp inside the Node process, as an upstream of llama-messages.
 *
 * @packageDocumentation
 */
export { embedded, type EmbeddedUpstream } from './embedded.ts';
export type { EmbeddedOptions } from './options.ts';
