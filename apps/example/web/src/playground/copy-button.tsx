import { useState } from 'preact/hooks';
import { announcement } from './announcement.ts';

/** Browsers have no clipboard for pages that come by HTTP from another machine. */
export const canCopy = 'clipboard' in navigator;

export function CopyButton({ text }: { text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  return (
    <button
      type="button"
      class="quiet"
      aria-label="Copy the answer"
      onClick={() => void copyText(text).then(setIsCopied)}
      onBlur={() => setIsCopied(false)}
    >
      {isCopied ? 'Copied' : 'Copy'}
    </button>
  );
}

/** Returns whether it is on the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    announcement.value = 'Copied.';
    return true;
  } catch {
    announcement.value = 'This browser does not let the page copy.';
    return false;
  }
}
