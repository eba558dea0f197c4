import type { Child } from 'hono/jsx';
import type { Ui } from '../ui.ts';

export interface FieldProps {
  readonly name: string;
  readonly label: string;
  /** A sentence below the field. */
  readonly hint?: string;
  /** What is wrong with its value. */
  readonly error?: string;
  readonly isRequired?: boolean;
}

interface FrameProps extends FieldProps {
  readonly ui: Ui;
  readonly children: Child;
}

/** The attributes that tie a control to its hint and its error. */
const tied = ({ name, hint, error, isRequired = false }: FieldProps) => ({
  id: `field-${name}`,
  name,
  required: isRequired,
  'aria-invalid': error === undefined ? undefined : ('true' as const),
  'aria-describedby':
    [hint && `hint-${name}`, error && `error-${name}`].filter(Boolean).join(' ') || undefined,
});

function Frame({ ui, name, label, hint, error, isRequired = false, children }: FrameProps) {
  return (
    <div class="field">
      <label for={`field-${name}`}>
        {label} {!isRequired && <span class="quiet">{ui.text.fields.optional}</span>}
      </label>
      {children}
      {hint && (
        <p class="hint" id={`hint-${name}`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`error-${name}`}>
          {error}
        </p>
      )}
    </div>
  );
}

export interface TextFieldProps extends FieldProps {
  readonly ui: Ui;
  readonly value?: string;
  readonly type?: 'text' | 'url' | 'password' | 'search' | 'number' | 'datetime-local' | 'date';
  readonly placeholder?: string;
  readonly autocomplete?: string;
  readonly maxLength?: number;
  /** Set for ids, keys and URLs: a fixed-width font, and no spelling help. */
  readonly isCode?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { value, type = 'text', placeholder, autocomplete = 'off', maxLength, isCode = false } = props;
  return (
    <Frame {...props}>
      <input
        {...tied(props)}
        type={type}
        value={value}
        placeholder={placeholder}
        autocomplete={autocomplete}
        maxlength={maxLength}
        class={isCode ? 'code' : undefined}
        spellcheck={isCode ? false : undefined}
      />
    </Frame>
  );
}

export interface TextAreaFieldProps extends FieldProps {
  readonly ui: Ui;
  readonly value?: string;
  readonly rows?: number;
}

export function TextAreaField(props: TextAreaFieldProps) {
  return (
    <Frame {...props}>
      <textarea {...tied(props)} rows={props.rows ?? 4}>
        {props.value}
      </textarea>
    </Frame>
  );
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface SelectFieldProps extends FieldProps {
  readonly ui: Ui;
  readonly choices: readonly Choice[];
  readonly value?: string;
}

export function SelectField(props: SelectFieldProps) {
  return (
    <Frame {...props}>
      <select {...tied(props)}>
        {props.choices.map(({ value, label }) => (
          <option value={value} selected={value === props.value}>
            {label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export interface CheckFieldProps {
  readonly name: string;
  readonly label: string;
  readonly value?: string;
  readonly isChecked?: boolean;
}

export function CheckField({ name, label, value = 'true', isChecked = false }: CheckFieldProps) {
  return (
    <label class="check">
      <input type="checkbox" name={name} value={value} checked={isChecked} />
      {label}
    </label>
  );
}
