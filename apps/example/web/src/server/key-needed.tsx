import { useState } from 'preact/hooks';
import { apiKey, setApiKey } from '../api/key.ts';

/** Asks for the key that this server wants; whoever shows it asks the server again when the key changes. */
export function KeyNeeded({ title }: { title: string }) {
  const [typed, setTyped] = useState('');
  return (
    <section class="notice">
      <h1>{title}</h1>
      <p role="alert">
        {apiKey.value === ''
          ? 'This server wants an API key: one of those that it was started with.'
          : 'The server does not know this API key.'}
      </p>
      {/* No form: the content security policy forbids to submit one. */}
      <label class="key-needed">
        API key
        <input
          type="password"
          autocomplete="off"
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          onKeyDown={({ key }) => {
            if (key === 'Enter') setApiKey(typed);
          }}
        />
      </label>
      <button type="button" class="primary" onClick={() => setApiKey(typed)}>
        Use this key
      </button>
      <p class="muted small">It is kept for this tab only.</p>
    </section>
  );
}
