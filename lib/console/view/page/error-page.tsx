import type { Child } from 'hono/jsx';
import { LinkButton } from '../controls/button.tsx';
import type { Text, Ui } from '../ui.ts';

/** What can go wrong with a whole page. */
export type ErrorKind = {
  [Key in keyof Text['errors']]: Text['errors'][Key] extends string ? never : Key;
}[keyof Text['errors']];

export interface ErrorMessageProps {
  readonly ui: Ui;
  readonly kind: ErrorKind;
  readonly status: number;
  /** The API's stable code. */
  readonly code?: string;
  readonly requestId?: string;
  /** What to do next. Default: a way home. */
  readonly actions?: Child;
  readonly homeHref: string;
}

/** Says what happened and what to do. It stands in a `Shell`, or in a `PlainPage` where there is no session. */
export function ErrorMessage({ ui, kind, status, code, requestId, actions, homeHref }: ErrorMessageProps) {
  const { errors } = ui.text;
  return (
    <div class="error-message">
      <p class="error-status" aria-hidden="true">
        {status}
      </p>
      <h1>{errors[kind].title}</h1>
      <p class="lead">{errors[kind].text}</p>
      <div class="buttons">{actions ?? <LinkButton href={homeHref}>{ui.text.actions.home}</LinkButton>}</div>
      {(code ?? requestId) !== undefined && (
        <p class="quiet">
          {code !== undefined && (
            <>
              {errors.code} <code>{code}</code>{' '}
            </>
          )}
          {requestId !== undefined && (
            <>
              {errors.requestId} <code>{requestId}</code>
            </>
          )}
        </p>
      )}
    </div>
  );
}
