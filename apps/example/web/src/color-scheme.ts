import { effect, signal } from '@preact/signals';
import { deviceStorage } from './storage.ts';

/** `system` follows the device. */
export const colorSchemes = ['system', 'light', 'dark'] as const;
export type ColorScheme = (typeof colorSchemes)[number];

const storageKey = 'llama-messages.color-scheme';

/** What the user has chosen, on this device. */
export const colorScheme = signal<ColorScheme>(
  colorSchemes.find((name) => name === deviceStorage.read(storageKey)) ?? 'system',
);

// The stylesheet's `light-dark()` colors follow this property.
effect(() => {
  document.documentElement.style.colorScheme =
    colorScheme.value === 'system' ? 'light dark' : colorScheme.value;
  deviceStorage.write(storageKey, colorScheme.value);
});
