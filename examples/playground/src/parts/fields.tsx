/**
 * Form fields of settings. Each setting checks what is typed; an error is shown below the field and the value
 * is not changed.
 */

import { useId, useLayoutEffect, useState } from "preact/hooks";
import type { Setting } from "../setting.js";
import "./fields.css";

interface FieldProps<T> {
  label: string;
  value: T;
  disabled?: boolean;
  onChange(value: T): void;
}

interface TypedFieldProps<T> extends FieldProps<T> {
  setting: Setting<T>;
  /** Width in characters. */
  width?: number;
  /** A hint beside the label. */
  hint?: string;
}

/** A field for a number or a text. */
export function TypedField<T>(props: TypedFieldProps<T>) {
  const { label, value, setting, disabled = false, width = 8, hint, onChange } = props;
  const id = useId();
  const [text, setText] = useState(setting.format(value));
  useLayoutEffect(() => setText(setting.format(value)), [value]); // before painting, so that no frame shows the old value

  const wrong = setting.parse(text) === undefined;
  const onInput = (event: { currentTarget: HTMLInputElement }) => {
    const typed = event.currentTarget.value;
    setText(typed);
    const parsed = setting.parse(typed);
    if (parsed !== undefined && parsed !== value) onChange(parsed);
  };
  return (
    <div class="field" style={{ width: `${width + 2}ch` }}>
      <label for={id}>
        {label}
        {hint && <span class="note"> {hint}</span>}
      </label>
      <input
        id={id}
        type="text"
        inputMode={typeof value === "number" ? "decimal" : "text"}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={text}
        disabled={disabled}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onInput={onInput}
      />
      {wrong && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          Enter {setting.expected}; still using {setting.format(value) || "nothing"}.
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> extends FieldProps<T> {
  options: readonly T[];
  /** Labels of options that differ from their names. */
  names?: Partial<Record<T, string>>;
}

/** A choice of a few options, all visible. */
export function Segments<T extends string>(props: ChoiceProps<T>) {
  const { label, value, options, names = {}, disabled = false, onChange } = props;
  const name = useId();
  return (
    <div class="field" role="radiogroup" aria-labelledby={name}>
      <span class="label" id={name}>
        {label}
      </span>
      <div class="segments">
        {options.map((option) => (
          <label key={option}>
            <input
              type="radio"
              name={name}
              value={option}
              checked={option === value}
              disabled={disabled}
              onChange={() => onChange(option)}
            />
            <span>{(names as Record<string, string | undefined>)[option] ?? option}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

/** A choice of many options. */
export function Select<T extends string>(props: ChoiceProps<T>) {
  const { label, value, options, names = {}, disabled = false, onChange } = props;
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {(names as Record<string, string | undefined>)[option] ?? option}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A checkbox. */
export function Check({ label, value, disabled = false, onChange }: FieldProps<boolean>) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  );
}

/** A slider, for values that are found by trial. */
export function Slider(
  props: FieldProps<number> & { min: number; max: number; step: number; show?: (value: number) => string },
) {
  const { label, value, min, max, step, disabled = false, show = String, onChange } = props;
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {label} <output for={id}>{show(value)}</output>
      </label>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
    </div>
  );
}
