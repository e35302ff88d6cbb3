import { demoTools } from '../tools/demo-tools.ts';
import { NumberField } from './number-field.tsx';
import { changeSettings, fallbacks, settings } from './settings.ts';

/** Which demo tools the model is offered. */
export function ToolFields() {
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
