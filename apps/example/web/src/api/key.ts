import { signal } from '@preact/signals';
import { tabStorage } from '../storage.ts';

const storageKey = 'llama-messages.api-key';

/** The key that the user typed, or an empty text. It is kept for this tab only, and sent to this server only. */
export const apiKey = signal(tabStorage.read(storageKey) ?? '');

/** Keeps `key` until the tab is closed; an empty one is forgotten. */
export function setApiKey(key: string): void {
  apiKey.value = key.trim();
  tabStorage.write(storageKey, apiKey.value === '' ? undefined : apiKey.value);
}
