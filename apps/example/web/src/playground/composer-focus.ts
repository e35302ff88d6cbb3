let input: HTMLTextAreaElement | null = null;

/** Tells where the user writes. */
export function setComposer(element: HTMLTextAreaElement | null): void {
  input = element;
}

/** Puts the keyboard where the user writes next; not on a touch screen, where half of the chat would disappear behind it. */
export function focusComposer(): void {
  if (!matchMedia('(pointer: coarse)').matches) input?.focus({ preventScroll: true });
}
