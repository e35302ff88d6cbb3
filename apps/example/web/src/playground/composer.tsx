import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { findModel } from '../api/models.ts';
import { announcement } from './announcement.ts';
import { clear, isRunning, send, stop } from './chat.ts';
import { focusComposer, setComposer } from './composer-focus.ts';
import { ContextMeter } from './context-meter.tsx';
import { turns, type Picture } from './conversation.ts';
import { readPicture, toDataUrl } from './picture-files.ts';
import { schemaProblem } from './settings/schema-problem.ts';
import { settings } from './settings/settings.ts';
import { areSettingsOpen } from './settings/settings-visibility.ts';

/** Outside of the component, so that a look at another page loses nothing. */
const draft = signal('');
const pictures = signal<readonly Picture[]>([]);

/** Where the user writes. */
export function Composer() {
  const files = useRef<HTMLInputElement>(null);
  const [pictureProblem, setPictureProblem] = useState('');
  const [isDropping, setIsDropping] = useState(false);
  const { isStructured, schema, model } = settings.value;
  const isBlind = findModel(model)?.capabilities?.image_input.supported === false;
  const isSchemaBad = isStructured && schemaProblem(schema) !== undefined;
  const isEmpty = draft.value.trim() === '' && pictures.value.length === 0;

  useEffect(focusComposer, []);

  const submit = (): void => {
    if (isEmpty || isSchemaBad || isRunning.value) return;
    send(draft.value.trim(), pictures.value);
    draft.value = '';
    pictures.value = [];
    setPictureProblem('');
  };

  const addFiles = async (list: Iterable<File>): Promise<void> => {
    setPictureProblem('');
    for (const file of list) {
      try {
        const picture = await readPicture(file);
        pictures.value = [...pictures.value, picture];
        announcement.value = 'Image added.';
      } catch (error) {
        setPictureProblem(error instanceof Error ? error.message : String(error));
      }
    }
  };

  return (
    <form
      class={`composer ${isDropping ? 'dropping' : ''}`}
      aria-label="Message"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        setIsDropping(true);
      }}
      onDragLeave={() => setIsDropping(false)}
      onDrop={(event) => {
        event.preventDefault();
        setIsDropping(false);
        void addFiles(event.dataTransfer?.files ?? []);
      }}
    >
      {pictures.value.length > 0 && (
        <ul class="pictures" aria-label="Images to send">
          {pictures.value.map((picture, index) => (
            <li key={index}>
              <img src={toDataUrl(picture)} alt={picture.name || 'Image'} />
              <button
                type="button"
                aria-label={`Remove ${picture.name || 'this image'}`}
                onClick={() => {
                  pictures.value = pictures.value.filter((other) => other !== picture);
                  focusComposer();
                }}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      {isBlind && pictures.value.length > 0 && (
        <p class="composer-note" role="alert">
          This model cannot see images. It will be told that one was left out.
        </p>
      )}
      {pictureProblem !== '' && (
        <p class="composer-note" role="alert">
          {pictureProblem}
        </p>
      )}
      {isSchemaBad && (
        <p class="composer-note" role="alert">
          The schema in the settings is no JSON yet.
        </p>
      )}
      <textarea
        ref={setComposer}
        aria-label="Your message"
        placeholder="Ask something. Enter sends, Shift+Enter begins a new line."
        rows={2}
        value={draft.value}
        onInput={({ currentTarget }) => {
          draft.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        }}
        onPaste={(event) => {
          const pasted = [...(event.clipboardData?.files ?? [])];
          if (pasted.length === 0) return;
          event.preventDefault();
          void addFiles(pasted);
        }}
      />
      <div class="composer-row">
        <button type="button" class="quiet" onClick={() => files.current?.click()}>
          + Image
        </button>
        <input
          ref={files}
          class="visually-hidden"
          type="file"
          accept="image/*"
          multiple
          tabIndex={-1}
          aria-hidden="true"
          onChange={({ currentTarget }) => {
            void addFiles([...(currentTarget.files ?? [])]);
            // The same file can be chosen again.
            currentTarget.value = '';
          }}
        />
        <button
          type="button"
          class="quiet"
          aria-expanded={areSettingsOpen.value}
          aria-controls="settings"
          onClick={() => {
            areSettingsOpen.value = !areSettingsOpen.value;
          }}
        >
          Settings
        </button>
        {turns.value.length > 0 && (
          <button type="button" class="quiet" onClick={clear}>
            New chat
          </button>
        )}
        <ContextMeter />
        {isRunning.value ? (
          <button key="stop" type="button" class="primary" title="Esc" onClick={stop}>
            Stop
          </button>
        ) : (
          <button key="send" type="submit" class="primary" disabled={isEmpty || isSchemaBad}>
            Send
          </button>
        )}
      </div>
    </form>
  );
}
