import { NumberField } from './number-field.tsx';
import { changeSettings, fallbacks, settings } from './settings.ts';

export function SamplingFields() {
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
