import { useEffect, useState } from 'preact/hooks';

interface CopyButtonProps {
  readonly label: string;
  readonly text: () => string;
}

const shownMs = 2_000;
const results = { copied: 'Copied', failed: 'Not allowed by the browser' } as const;

/** Copies a text, and says whether it has. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [result, setResult] = useState<keyof typeof results>();
  useEffect(() => {
    if (result === undefined) return undefined;
    const timer = setTimeout(() => setResult(undefined), shownMs);
    return () => clearTimeout(timer);
  }, [result]);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text());
      setResult('copied');
    } catch {
      // Without HTTPS a browser gives the clipboard to loopback addresses only.
      setResult('failed');
    }
  }
  return (
    <>
      <button type="button" class="quiet" onClick={copy}>
        {result === undefined ? label : results[result]}
      </button>
      <span class="visually-hidden" role="status">
        {result && results[result]}
      </span>
    </>
  );
}
