import { DAY_MS, isoTime, msOf } from '../../../core/time.ts';
import { printable } from '../../../printable.ts';
import { INCLUDES, UNDELIVERED_STATES } from '../../../protocol/contract-words.ts';
import type { Frame } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import type { PageText } from '../../texts/texts.ts';
import { Button, LinkButton } from '../../view/controls/button.tsx';
import { CheckField, SelectField, TextField } from '../../view/controls/fields.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { fieldOfInstant } from '../parts/instant-field.ts';
import { MERCHANT_JOBS, REPLAY } from './merchant-jobs-page.tsx';

/** Why no job can be started as it was asked for. */
export type ReplayFault = 'badRange' | keyof PageText['jobs']['problems'];

interface ReplayFormProps {
  readonly merchantId: string;
  readonly endpoints: readonly { readonly endpointId: string; readonly url: string }[];
  readonly given: (name: string) => string | undefined;
  readonly fault?: ReplayFault;
  readonly frame: Frame;
}

/** Asks what to send again. It changes nothing: the next page names what will be sent. */
export function ReplayForm({ merchantId, endpoints, given, fault, frame: { ui, text } }: ReplayFormProps) {
  const { jobs: words } = text;
  const field = (name: string, usual: string) => ({ name, value: withoutZone(given(name)) ?? usual });
  const dayBefore = fieldOfInstant(isoTime(msOf(ui.now) - DAY_MS));
  return (
    <>
      <PageHeader
        title={words.start}
        lead={words.startLead}
        crumbs={[{ label: words.title, href: hrefOf(MERCHANT_JOBS, { merchantId }) }]}
      />
      <section class="card">
        <form method="get" action={hrefOf(REPLAY, { merchantId })} class="stack">
          {fault !== undefined && (
            <p class="error" role="alert">
              {fault === 'badRange' ? words.badRange : words.problems[fault]}
            </p>
          )}
          <div class="fields">
            <SelectField
              ui={ui}
              label={words.include}
              isRequired
              choices={INCLUDES.map((include) => ({ value: include, label: words.includes[include] }))}
              {...field('include', INCLUDES[0])}
            />
            <SelectField
              ui={ui}
              label={words.endpoint}
              choices={[
                { value: '', label: words.allEndpoints },
                ...endpoints.map(({ endpointId, url }) => ({ value: endpointId, label: printable(url) })),
              ]}
              {...field('endpointId', '')}
            />
            <TextField
              ui={ui}
              label={words.from}
              type="datetime-local"
              isRequired
              {...field('from', dayBefore)}
            />
            <TextField
              ui={ui}
              label={words.to}
              type="datetime-local"
              isRequired
              {...field('to', fieldOfInstant(ui.now))}
            />
          </div>
          <fieldset class="choices">
            <legend>{words.states}</legend>
            <p class="hint">{words.statesHint}</p>
            {UNDELIVERED_STATES.map((state) => (
              <CheckField
                name={state}
                label={ui.text.states[state]}
                isChecked={given('include') === undefined ? state !== 'retrying' : given(state) === 'true'}
              />
            ))}
          </fieldset>
          <dl class="meanings">
            {INCLUDES.map((include) => (
              <div>
                <dt>{words.includes[include]}</dt>
                <dd class="quiet">{words.includeHelp[include]}</dd>
              </div>
            ))}
          </dl>
          <div class="buttons">
            <Button kind="main">{words.next}</Button>
            <LinkButton kind="quiet" href={hrefOf(MERCHANT_JOBS, { merchantId })}>
              {ui.text.actions.cancel}
            </LinkButton>
          </div>
        </form>
      </section>
    </>
  );
}

/** A field for a time takes no `Z`. */
const withoutZone = (given: string | undefined) => given?.replace(/Z$/, '');
