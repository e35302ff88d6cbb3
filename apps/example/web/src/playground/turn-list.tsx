import { useEffect, useRef, useState } from 'preact/hooks';
import { AnswerView } from './answer-view.tsx';
import { turns } from './conversation.ts';
import { UserTurnView } from './user-turn-view.tsx';

/** So many pixels from the end still count as there. */
const tolerance = 40;

/** The conversation; it follows the answer as long as the reader has not scrolled away. */
export function TurnList() {
  const view = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const follows = useRef(true);
  const count = turns.value.length;

  const scrollToEnd = (): void => {
    follows.current = true;
    view.current?.scrollTo({ top: view.current.scrollHeight });
  };

  useEffect(() => {
    const { current: list } = content;
    if (!list) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) scrollToEnd();
    });
    observer.observe(list);
    return () => observer.disconnect();
  }, []);
  // One's own words are always wanted in sight.
  useEffect(scrollToEnd, [count]);

  const onScroll = (): void => {
    const { current: box } = view;
    if (!box) return;
    follows.current = box.scrollHeight - box.scrollTop - box.clientHeight < tolerance;
    setIsAtEnd(follows.current);
  };

  return (
    <div class="turns-frame">
      <div ref={view} class="turns-view" onScroll={onScroll}>
        <ol ref={content} class="turns" aria-label="Conversation">
          {turns.value.map((turn, index) => (
            <li key={turn.id} class={`turn ${turn.role}`}>
              {turn.role === 'user' ? (
                <UserTurnView turn={turn} />
              ) : (
                <AnswerView answer={turn.answer} isLast={index === count - 1} />
              )}
            </li>
          ))}
        </ol>
      </div>
      {!isAtEnd && (
        <button type="button" class="to-end" onClick={scrollToEnd}>
          ↓ To the end
        </button>
      )}
    </div>
  );
}
