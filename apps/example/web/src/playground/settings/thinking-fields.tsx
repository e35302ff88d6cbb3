import { NumberField } from './number-field.tsx';
import { changeSettings, fallbacks, settings, thinkingModes, type ThinkingMode } from './settings.ts';

const thinkingTitles: Record<ThinkingMode, string> = {
  default: "The model's default",
  on: 'On',
  off: 'Off',
  budget: 'On, with a budget',
};

export function ThinkingFields() {
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
