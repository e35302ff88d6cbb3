/** What a client that reads slowly asks, for the upstream to know it by. */
export const slowReaderPrompt = 'A long answer for a slow reader, please.';
export const readerPrompt = 'An answer, please.';
