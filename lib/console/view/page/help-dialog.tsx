import { Icon } from '../data/icon.tsx';
import type { Ui } from '../ui.ts';

export interface HelpDialogProps {
  readonly ui: Ui;
}

/** The keys; `?` opens it. */
export function HelpDialog({ ui }: HelpDialogProps) {
  const { keyboard, shell } = ui.text;
  const keys = [
    ['/', keyboard.search],
    ['j', keyboard.next],
    ['k', keyboard.previous],
    ['Enter', keyboard.open],
    ['?', keyboard.help],
    ['Esc', keyboard.leave],
  ] as const;
  return (
    <dialog id="help" class="dialog" aria-labelledby="help-title">
      <form method="dialog" class="dialog-close">
        <button type="submit" class="button quiet" aria-label={shell.close}>
          <Icon name="close" />
        </button>
      </form>
      <h2 id="help-title">{keyboard.title}</h2>
      <dl class="keys">
        {keys.map(([key, text]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
