import { schemaProblem } from './schema-problem.ts';
import { changeSettings, settings } from './settings.ts';

/** Structured output. */
export function SchemaFields() {
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
