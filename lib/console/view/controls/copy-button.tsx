import { Icon } from '../data/icon.tsx';
import type { Ui } from '../ui.ts';

export interface CopyButtonProps {
  readonly ui: Ui;
  /** What is copied. */
  readonly value: string;
  /** What it is, for people who cannot see what stands beside it: `transaction id`. */
  readonly of?: string;
}

/** Copies a text. Without script it does not appear: the text can be selected. */
export function CopyButton({ ui, value, of = '' }: CopyButtonProps) {
  const { copy, copied } = ui.text.actions;
  return (
    <button
      type="button"
      class="copy"
      data-copy={value}
      data-copied={copied}
      aria-label={`${copy} ${of}`.trim()}
      title={copy}
    >
      <Icon name="copy" />
      <Icon name="done" />
    </button>
  );
}
