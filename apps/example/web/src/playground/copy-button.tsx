import { useState } from 'preact/hooks';
import { announcement } from './announcement.ts';

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

/** Returns whether it is on the clipboard. Browsers have none for pages that come by HTTP from another machine. */
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
