import { signal } from '@preact/signals';

const storageKey = 'llama-messages.api-key';

/** The key that the user typed, or an empty text. It is kept for this tab only, and sent to this server only. */
export const apiKey = signal(sessionStorage.getItem(storageKey) ?? '');

/** Keeps `key` until the tab is closed; an empty one is forgotten. */
export function setApiKey(key: string): void {
  apiKey.value = key.trim();
  if (apiKey.value === '') sessionStorage.removeItem(storageKey);
  else sessionStorage.setItem(storageKey, apiKey.value);
}
