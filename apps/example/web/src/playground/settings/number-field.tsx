import { useEffect, useState } from 'preact/hooks';

interface NumberFieldProps {
  readonly label: string;
  /** Undefined for none, which means `fallback`. */
  readonly value: number | undefined;
  readonly fallback: string;
  readonly min: number;
  readonly max: number;
  readonly isInteger?: boolean;
  onChange(value: number | undefined): void;
}

/** A number that may be left out. What is no number of its range is marked, and counts as left out. */
export function NumberField(props: NumberFieldProps) {
  const { label, value, fallback, min, max, onChange } = props;
  const [text, setText] = useState(value === undefined ? '' : String(value));
  useEffect(() => {
    // Changed elsewhere: the settings were reset.
    if (read(text, props) !== value) setText(value === undefined ? '' : String(value));
  }, [value]);
  const isWrong = text.trim() !== '' && read(text, props) === undefined;
  return (
    <label class="field">
      <span>{label}</span>
      <input
        inputMode="decimal"
        autocomplete="off"
        placeholder={fallback}
        aria-invalid={isWrong}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          onChange(read(currentTarget.value, props));
        }}
      />
      {isWrong && (
        <span class="field-problem">
          From {min} to {max.toLocaleString()}
        </span>
      )}
    </label>
  );
}

function read(text: string, { min, max, isInteger }: NumberFieldProps): number | undefined {
  const number = Number(text.replace(',', '.'));
  const isGood =
    text.trim() !== '' && number >= min && number <= max && (isInteger !== true || Number.isInteger(number));
  return isGood ? number : undefined;
}
