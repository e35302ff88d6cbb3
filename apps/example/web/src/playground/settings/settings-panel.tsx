import { useEffect, useRef } from 'preact/hooks';
import { apiKey } from '../../api/key.ts';
import { modelList } from '../../api/models.ts';
import { KeyForm } from '../key-form.tsx';
import { demoTools } from '../tools/demo-tools.ts';
import { NumberField } from './number-field.tsx';
import { schemaProblem } from './schema-problem.ts';
import {
  changeSettings,
  defaultSettings,
  fallbacks,
  settings,
  thinkingModes,
  type ThinkingMode,
} from './settings.ts';
import { areSettingsOpen, isNarrow } from './settings-visibility.ts';

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

function ToolFields() {
  const { tools, toolRounds } = settings.value;
  return (
    <fieldset>
      <legend>Demo tools</legend>
      {[...demoTools].map(([name, { title }]) => (
        <label key={name} class="check">
          <input
            type="checkbox"
            checked={tools.includes(name)}
            onChange={({ currentTarget: { checked } }) => {
              const others = tools.filter((other) => other !== name);
              changeSettings({ tools: checked ? [...others, name] : others });
            }}
          />
          {title}
        </label>
      ))}
      {tools.length > 0 && (
        <NumberField
          label="Rounds at most"
          value={toolRounds}
          fallback={String(fallbacks.toolRounds)}
          min={1}
          max={50}
          isInteger
          onChange={(value) => changeSettings({ toolRounds: value })}
        />
      )}
      <p class="hint">They run in this page.</p>
    </fieldset>
  );
}

const thinkingTitles: Record<ThinkingMode, string> = {
  default: "The model's default",
  on: 'On',
  off: 'Off',
  budget: 'On, with a budget',
};

function ThinkingFields() {
  const { thinking, thinkingBudget } = settings.value;
  return (
    <>
      <label class="field">
        <span>Thinking</span>
        <select
          value={thinking}
          onChange={({ currentTarget: { value } }) =>
            changeSettings({ thinking: thinkingModes.find((mode) => mode === value) ?? 'default' })
          }
        >
          {thinkingModes.map((mode) => (
            <option key={mode} value={mode}>
              {thinkingTitles[mode]}
            </option>
          ))}
        </select>
      </label>
      {thinking === 'budget' && (
        <NumberField
          label="Tokens of thinking"
          value={thinkingBudget}
          fallback={String(fallbacks.thinkingBudget)}
          min={0}
          max={1_000_000}
          isInteger
          onChange={(value) => changeSettings({ thinkingBudget: value })}
        />
      )}
    </>
  );
}

function SamplingFields() {
  const { maxTokens, temperature, topP, topK } = settings.value;
  return (
    <fieldset>
      <legend>Sampling</legend>
      <div class="number-fields">
        <NumberField
          label="Longest answer"
          value={maxTokens}
          fallback={String(fallbacks.maxTokens)}
          min={1}
          max={1_000_000}
          isInteger
          onChange={(value) => changeSettings({ maxTokens: value })}
        />
        <NumberField
          label="Temperature"
          value={temperature}
          fallback="server's"
          min={0}
          max={2}
          onChange={(value) => changeSettings({ temperature: value })}
        />
        <NumberField
          label="Top p"
          value={topP}
          fallback="server's"
          min={0}
          max={1}
          onChange={(value) => changeSettings({ topP: value })}
        />
        <NumberField
          label="Top k"
          value={topK}
          fallback="server's"
          min={0}
          max={1000}
          isInteger
          onChange={(value) => changeSettings({ topK: value })}
        />
      </div>
    </fieldset>
  );
}

function SchemaFields() {
  const { isStructured, schema } = settings.value;
  const problem = schemaProblem(schema);
  return (
    <fieldset>
      <legend>Structured output</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={isStructured}
          onChange={({ currentTarget: { checked } }) => changeSettings({ isStructured: checked })}
        />
        Answer in JSON of this schema
      </label>
      {isStructured && (
        <textarea
          class="code"
          rows={8}
          aria-label="JSON schema"
          aria-invalid={problem !== undefined}
          spellcheck={false}
          value={schema}
          onInput={({ currentTarget }) => changeSettings({ schema: currentTarget.value })}
        />
      )}
      {isStructured && problem !== undefined && <p class="field-problem">{problem}</p>}
    </fieldset>
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
