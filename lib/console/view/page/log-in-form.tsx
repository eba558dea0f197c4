import { Button, LinkButton } from '../controls/button.tsx';
import { TextField } from '../controls/fields.tsx';
import { Foreign } from '../data/foreign.tsx';
import type { Ui } from '../ui.ts';

export interface LogInFormProps {
  readonly ui: Ui;
  readonly action: string;
  /** Token against forged log-ins, if the server wants one. */
  readonly csrf?: string;
  /** The page that was asked for. */
  readonly next?: string;
  /** Why the last attempt failed. */
  readonly error?: string;
}

/** Stands in a `PlainPage`. */
export function LogInForm({ ui, action, csrf, next, error }: LogInFormProps) {
  const { logIn } = ui.text;
  return (
    <section class="card log-in">
      <h1>{logIn.title}</h1>
      <p class="lead">{logIn.lead}</p>
      <form method="post" action={action} class="stack">
        {csrf !== undefined && <input type="hidden" name="csrf" value={csrf} />}
        {next !== undefined && <input type="hidden" name="next" value={next} />}
        <TextField
          ui={ui}
          name="key"
          label={logIn.key}
          hint={logIn.keyHint}
          type="password"
          autocomplete="current-password"
          isRequired
          isCode
          {...(error !== undefined && { error })}
        />
        <Button kind="main">{logIn.submit}</Button>
      </form>
      <details>
        <summary>{logIn.whereTitle}</summary>
        <p>{logIn.where}</p>
      </details>
    </section>
  );
}

export interface PortalFormProps {
  readonly ui: Ui;
  /** Where the token is posted to. */
  readonly action: string;
}

/**
 * Takes the token of a portal link out of the address's fragment and posts it. Scanners of mail follow links with GET, and
 * addresses are logged; a fragment does not leave the browser by itself.
 */
export function PortalForm({ ui, action }: PortalFormProps) {
  const { logIn } = ui.text;
  return (
    <section class="card log-in">
      <h1>{logIn.portalTitle}</h1>
      <p class="lead">{logIn.portalText}</p>
      <form method="post" action={action} class="stack needs-script" data-portal="">
        <input type="hidden" name="token" value="" />
        <Button kind="main">{logIn.portalSubmit}</Button>
        <p class="error" data-portal-empty="" hidden>
          {logIn.portalWithoutToken}
        </p>
      </form>
      <noscript>
        <p class="error">{logIn.portalNoScript}</p>
      </noscript>
    </section>
  );
}

/** Whom a session acts for. */
interface ActingFor {
  /** Undefined: all merchants, as an operator. */
  readonly merchantId?: string | undefined;
  readonly keyId: string;
}

export interface ReplaceFormProps {
  readonly ui: Ui;
  /** Where the link's token is posted to once more. */
  readonly action: string;
  readonly token: string;
  /** The session that would end, and where it goes on. */
  readonly present: ActingFor;
  readonly home: string;
  /** Whom the link's session acts for. */
  readonly next: ActingFor;
}

/** Asks before a portal link replaces a session: a stranger may have sent the link. */
export function ReplaceForm({ ui, action, token, present, home, next }: ReplaceFormProps) {
  const { logIn } = ui.text;
  return (
    <section class="card log-in">
      <h1>{logIn.replaceTitle}</h1>
      <p class="lead">
        <Foreign
          text={
            present.merchantId === undefined
              ? logIn.isOperator(present.keyId)
              : logIn.isMerchant(present.merchantId)
          }
        />
      </p>
      <p>
        {next.merchantId === undefined ? (
          logIn.opensOperator
        ) : (
          <Foreign text={logIn.opensMerchant(next.merchantId)} />
        )}{' '}
        {logIn.replaceText}
      </p>
      <form method="post" action={action} class="buttons">
        <input type="hidden" name="token" value={token} />
        <Button kind="main" name="replace" value="yes">
          {logIn.replace}
        </Button>
        <LinkButton href={home}>{logIn.stay}</LinkButton>
      </form>
    </section>
  );
}
