import { useEffect, useRef, useState } from 'preact/hooks';
import { edit, isRunning } from './chat.ts';
import type { UserTurn } from './conversation.ts';
import { toDataUrl } from './picture-files.ts';

export function UserTurnView({ turn }: { turn: UserTurn }) {
  const [isEditing, setIsEditing] = useState(false);
  return (
    <>
      <h2 class="visually-hidden">You</h2>
      {turn.pictures.length > 0 && (
        <ul class="pictures" aria-label="Images">
          {turn.pictures.map((picture, index) => (
            <li key={index}>
              <img src={toDataUrl(picture)} alt={picture.name || 'Image'} />
            </li>
          ))}
        </ul>
      )}
      {isEditing ? (
        <TurnEditor turn={turn} onClose={() => setIsEditing(false)} />
      ) : (
        <div class="user-row">
          <button
            type="button"
            class="quiet"
            disabled={isRunning.value}
            aria-label="Edit this message"
            onClick={() => setIsEditing(true)}
          >
            Edit
          </button>
          {turn.text !== '' && <div class="user-text">{turn.text}</div>}
        </div>
      )}
    </>
  );
}

function TurnEditor({ turn, onClose }: { turn: UserTurn; onClose: () => void }) {
  const input = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(turn.text);
  useEffect(() => input.current?.focus(), []);
  const isEmpty = text.trim() === '' && turn.pictures.length === 0;
  const submit = (): void => {
    if (isEmpty) return;
    onClose();
    edit(turn.id, text);
  };
  return (
    <form
      class="turn-editor"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        ref={input}
        aria-label="Your message"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            onClose();
          } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            submit();
          }
        }}
      />
      <p class="hint">What came after this message is dropped.</p>
      <div class="row">
        <button type="submit" class="primary" disabled={isEmpty || isRunning.value}>
          Send
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
