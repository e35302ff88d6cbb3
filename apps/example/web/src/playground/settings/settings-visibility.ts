import { signal } from '@preact/signals';

// The same width as in playground.css.
const narrow = matchMedia('(max-width: 900px)');

/** Whether the settings lie over the chat instead of beside it. */
export const isNarrow = signal(narrow.matches);
export const areSettingsOpen = signal(!narrow.matches);

narrow.addEventListener('change', () => {
  isNarrow.value = narrow.matches;
  areSettingsOpen.value = !narrow.matches;
});
