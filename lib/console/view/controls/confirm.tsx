import type { Child } from 'hono/jsx';
import type { Ui } from '../ui.ts';
import { ActionForm, Button, LinkButton } from './button.tsx';

export interface ConfirmProps {
  readonly ui: Ui;
  readonly title: string;
  /** What happens, and what cannot be undone. */
  readonly children: Child;
  /** Where the confirmation is posted to. */
  readonly action: string;
  readonly csrf: string;
  readonly values?: Readonly<Record<string, string>>;
  /** The words of the button: say what it does, as in `Disable the endpoint`. */
  readonly confirm: string;
  readonly isDangerous?: boolean;
  /** The page that stays as it is when nothing is confirmed. */
  readonly back: string;
}

function Question({
  ui,
  action,
  csrf,
  values = {},
  confirm,
  isDangerous = false,
  back,
  children,
}: ConfirmProps) {
  return (
    <ActionForm action={action} csrf={csrf} values={values} layout="stack">
      <div class="prose">{children}</div>
      <div class="buttons end">
        <LinkButton href={back} isCancel>
          {ui.text.actions.cancel}
        </LinkButton>
        <Button kind={isDangerous ? 'danger' : 'main'}>{confirm}</Button>
      </div>
    </ActionForm>
  );
}

export interface ConfirmDialogProps extends ConfirmProps {
  readonly id: string;
}

/**
 * Asks before something happens. A link with `opens={id}` opens it; without script the link leads to a page with
 * `ConfirmPage`. Its cancel link closes the dialog.
 */
export function ConfirmDialog(props: ConfirmDialogProps) {
  return (
    <dialog id={props.id} class="dialog" aria-labelledby={`${props.id}-title`}>
      <h2 id={`${props.id}-title`}>{props.title}</h2>
      <Question {...props} />
    </dialog>
  );
}

/** The same question as a page, for browsers without script. */
export function ConfirmPage(props: ConfirmProps) {
  return (
    <section class="card narrow">
      <h1>{props.title}</h1>
      <Question {...props} />
    </section>
  );
}
