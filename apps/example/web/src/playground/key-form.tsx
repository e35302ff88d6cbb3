import { useId, useState } from 'preact/hooks';
import { apiKey, setApiKey } from '../api/key.ts';

/** Asks for the key that the server wants. */
export function KeyForm({ onSaved }: { onSaved?: () => void }) {
  const id = useId();
  const [key, setKey] = useState(apiKey.value);
  return (
    <form
      class="key-form"
      onSubmit={(event) => {
        event.preventDefault();
        setApiKey(key);
        onSaved?.();
      }}
    >
      <label for={id}>API key</label>
      <div class="row">
        <input
          id={id}
          type="password"
          autocomplete="off"
          spellcheck={false}
          value={key}
          onInput={({ currentTarget }) => setKey(currentTarget.value)}
        />
        <button type="submit">Use it</button>
      </div>
      <p class="hint">Kept in this tab until it is closed, and sent to this server only.</p>
    </form>
  );
}
