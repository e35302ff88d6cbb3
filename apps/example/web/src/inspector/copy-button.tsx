import { useEffect, useState } from 'preact/hooks';

interface CopyButtonProps {
  readonly label: string;
  readonly text: () => string;
}

const shownMs = 2_000;

/** Copies a text, and says whether it has. */
export function CopyButton({ label, text }: CopyButtonProps) {
  const [result, setResult] = useState<'copied' | 'failed'>();
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
    <button type="button" class="quiet" onClick={copy}>
      <span role="status">
        {result === 'copied' ? 'Copied' : result === 'failed' ? 'Not allowed by the browser' : label}
      </span>
    </button>
  );
}
