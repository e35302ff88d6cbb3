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
  const lastTop = useRef(0);
  const lastTurn = turns.value.at(-1)?.id;

  const readEnd = (): boolean => {
    const { current: box } = view;
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight < tolerance;
  };

  const scrollToEnd = (): void => {
    follows.current = true;
    view.current?.scrollTo({ top: view.current.scrollHeight });
  };

  useEffect(() => {
    const { current: list } = content;
    if (!list) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) scrollToEnd();
      setIsAtEnd(readEnd());
    });
    observer.observe(list);
    return () => observer.disconnect();
  }, []);
  // One's own words are always wanted in sight.
  useEffect(scrollToEnd, [lastTurn]);

  const onScroll = (): void => {
    const top = view.current?.scrollTop ?? 0;
    // By the time this is told, the answer may have grown beyond the end that was scrolled to: only upwards is away.
    follows.current = readEnd() || (follows.current && top >= lastTop.current);
    lastTop.current = top;
    setIsAtEnd(follows.current);
  };

  return (
    <div class="turns-frame">
      <div ref={view} class="turns-view" onScroll={onScroll}>
        <ol
          ref={content}
          class="turns"
          aria-label="Conversation"
          // Who works in here should not lose the place.
          onFocusIn={() => {
            follows.current = false;
          }}
        >
          {turns.value.map((turn) => (
            <li key={turn.id} class={`turn ${turn.role}`}>
              {turn.role === 'user' ? (
                <UserTurnView turn={turn} />
              ) : (
                <AnswerView answer={turn.answer} isLast={turn.id === lastTurn} />
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
