import { useEffect, useRef, useState } from 'preact/hooks';
import { formatDuration } from './format.ts';

/** What the model thought; open while it thinks, folded once it speaks, unless the reader has chosen. */
export function ThinkingView({
  text,
  durationMs,
  isGrowing,
}: {
  text: string;
  durationMs: number;
  isGrowing: boolean;
}) {
  const [choice, setChoice] = useState<boolean>();
  const body = useRef<HTMLDivElement>(null);
  const isOpen = choice ?? isGrowing;
  useEffect(() => {
    if (isGrowing) body.current?.scrollTo({ top: body.current.scrollHeight });
  }, [text, isGrowing]);
  // Thinking that the server does not show.
  if (text === '' && !isGrowing) return null;
  return (
    <details
      class="thinking"
      open={isOpen}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open !== isOpen) setChoice(currentTarget.open);
      }}
    >
      <summary>
        {isGrowing ? 'Thinking…' : `Thought${durationMs > 0 ? ` for ${formatDuration(durationMs)}` : ''}`}
      </summary>
      <div ref={body} class="thinking-text" tabIndex={0}>
        {text}
      </div>
    </details>
  );
}
