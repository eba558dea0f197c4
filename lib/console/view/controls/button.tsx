import type { Child, PropsWithChildren } from 'hono/jsx';
import { Icon, type IconName } from '../data/icon.tsx';

export interface ButtonLook {
  /** `main`: the one action of a page or dialog. `danger`: cannot be undone. Default: plain. */
  readonly kind?: 'main' | 'danger' | 'quiet';
  readonly icon?: IconName;
}

export interface ButtonProps extends ButtonLook {
  /** Sent with its form. */
  readonly name?: string;
  readonly value?: string;
  readonly isDisabled?: boolean;
}

/** A button that submits its form. */
export function Button({
  kind,
  icon,
  name,
  value,
  isDisabled = false,
  children,
}: PropsWithChildren<ButtonProps>) {
  return (
    <button type="submit" class={classOf(kind)} name={name} value={value} disabled={isDisabled}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export interface LinkButtonProps extends ButtonLook {
  readonly href: string;
  /** Opens the dialog of this id instead, where scripts run. */
  readonly opens?: string;
  /** Closes the dialog that it stands in, where scripts run. */
  readonly isCancel?: boolean;
}

/** A link that looks like a button: it leads somewhere, and changes nothing. */
export function LinkButton({
  kind,
  icon,
  href,
  opens,
  isCancel = false,
  children,
}: PropsWithChildren<LinkButtonProps>) {
  return (
    <a class={classOf(kind)} href={href} data-opens={opens} data-cancel={isCancel ? '' : undefined}>
      {icon && <Icon name={icon} />}
      {children}
    </a>
  );
}

const classOf = (kind: ButtonLook['kind']) => (kind === undefined ? 'button' : `button ${kind}`);

export interface ActionFormProps {
  /** Where it is posted to. */
  readonly action: string;
  /** The session's token against forged requests. */
  readonly csrf: string;
  /** Values that are sent along. */
  readonly values?: Readonly<Record<string, string>>;
  readonly id?: string;
  /** `inline`: beside other buttons. `stack`: fields below each other. */
  readonly layout?: 'inline' | 'stack';
  readonly children?: Child;
}

/** A form that changes something. Each one carries the token. */
export function ActionForm({ action, csrf, values = {}, id, layout = 'inline', children }: ActionFormProps) {
  return (
    <form method="post" action={action} id={id} class={layout}>
      <input type="hidden" name="csrf" value={csrf} />
      {Object.entries(values).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  );
}
