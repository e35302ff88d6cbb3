import { useEffect, useRef } from 'preact/hooks';
import { apiKey } from '../../api/key.ts';
import { modelList } from '../../api/models.ts';
import { KeyForm } from '../key-form.tsx';
import { SamplingFields } from './sampling-fields.tsx';
import { SchemaFields } from './schema-fields.tsx';
import { changeSettings, defaultSettings, settings } from './settings.ts';
import { areSettingsOpen, isNarrow } from './settings-visibility.ts';
import { ThinkingFields } from './thinking-fields.tsx';
import { ToolFields } from './tool-fields.tsx';

/** Everything that goes along with a message. */
export function SettingsPanel() {
  const panel = useRef<HTMLElement>(null);
  const isOpen = areSettingsOpen.value;
  const isOver = isNarrow.value;
  useEffect(() => {
    // Where it lies over the chat, the keyboard has to follow.
    if (isOpen && isOver) panel.current?.focus();
  }, [isOpen, isOver]);
  return (
    <aside ref={panel} id="settings" class="settings" aria-label="Settings" tabIndex={-1} hidden={!isOpen}>
      {isOver && (
        <button type="button" class="settings-close" onClick={() => (areSettingsOpen.value = false)}>
          Back to the chat
        </button>
      )}
      <ModelField />
      <SystemField />
      <ToolFields />
      <ThinkingFields />
      <SamplingFields />
      <SchemaFields />
      <KeyField />
      <div class="row">
        <button type="button" onClick={() => changeSettings(defaultSettings)}>
          Reset settings
        </button>
      </div>
      <p class="hint">Conversation and settings stay in this tab until it is closed.</p>
    </aside>
  );
}

function ModelField() {
  const list = modelList.value;
  if (list.state !== 'known') return null;
  const [first] = list.models;
  if (list.models.length < 2) {
    return (
      <div class="field">
        <span>Model</span>
        <code class="model-name">{first?.display_name ?? 'none'}</code>
      </div>
    );
  }
  return (
    <label class="field">
      <span>Model</span>
      <select
        value={settings.value.model || first?.id}
        onChange={({ currentTarget }) => changeSettings({ model: currentTarget.value })}
      >
        {list.models.map(({ id, display_name: name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function SystemField() {
  return (
    <label class="field">
      <span>System prompt</span>
      <textarea
        rows={3}
        placeholder="None"
        value={settings.value.system}
        onInput={({ currentTarget }) => changeSettings({ system: currentTarget.value })}
      />
    </label>
  );
}

function KeyField() {
  return (
    <details class="key-field" open={apiKey.value !== ''}>
      <summary>API key</summary>
      <KeyForm />
    </details>
  );
}
