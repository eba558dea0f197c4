import { SIGNATURE_CHOICES } from '../../../protocol/contract-words.ts';
import type { Frame } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../../view/controls/button.tsx';
import { CheckField, SelectField, TextAreaField, TextField } from '../../view/controls/fields.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import type { Endpoint } from '../parts/endpoint-cards.tsx';
import { type FormProblems, fieldError, problemText } from '../parts/form-problems.ts';
import { beforeName, FIELDS, type FieldTexts, NEW_FIELDS } from './endpoint-fields.ts';
import { EDIT_ENDPOINT, ENDPOINT, ENDPOINTS, NEW_ENDPOINT } from './endpoint-paths.ts';

export interface EndpointFormProps {
  readonly merchantId: string;
  /** Undefined: a new one. */
  readonly endpoint?: Endpoint;
  readonly texts: FieldTexts;
  /** What the fields held when the form was made. */
  readonly before: FieldTexts;
  readonly problems: FormProblems;
}

/** The form that creates or changes an endpoint. Values of headers are never shown, not even those just entered. */
export function EndpointForm(props: EndpointFormProps, frame: Frame) {
  const { merchantId, endpoint, before, problems } = props;
  const { ui, text, csrf } = frame;
  const { endpoints: words, endpointForm } = text;
  const { endpointId } = endpoint ?? {};
  const isNew = endpointId === undefined;
  const action = isNew
    ? hrefOf(NEW_ENDPOINT, { merchantId })
    : hrefOf(EDIT_ENDPOINT, { merchantId, endpointId });
  const back = isNew ? hrefOf(ENDPOINTS, { merchantId }) : hrefOf(ENDPOINT, { merchantId, endpointId });
  const isRefused = problems.form !== undefined || Object.keys(problems.fields).length > 0;
  return (
    <>
      <PageHeader
        title={isNew ? words.create : words.editTitle}
        {...(isNew && { lead: words.createLead })}
        crumbs={[{ label: words.title, href: hrefOf(ENDPOINTS, { merchantId }) }]}
      />
      <section class="card form-card">
        <ActionForm
          action={action}
          csrf={csrf}
          layout="stack"
          values={isNew ? {} : Object.fromEntries(FIELDS.map((name) => [beforeName(name), before[name]]))}
        >
          {isRefused && (
            <p class="error" role="alert">
              {endpointForm.failed} {problems.form !== undefined && problemText(text, problems.form)}
            </p>
          )}
          <MainFields {...props} frame={frame} />
          <details class="more" open={!isNew || isRefused}>
            <summary>{endpointForm.more}</summary>
            <div class="stack">
              <SendingFields {...props} frame={frame} />
              <HeaderFields {...props} frame={frame} />
            </div>
          </details>
          <div class="buttons">
            <Button kind="main">{isNew ? words.create : words.save}</Button>
            <LinkButton href={back}>{ui.text.actions.cancel}</LinkButton>
          </div>
        </ActionForm>
      </section>
    </>
  );
}

interface PartProps extends EndpointFormProps {
  readonly frame: Frame;
}

/** What is wrong with a field, for the components of fields. */
const errorOf = ({ problems, frame }: PartProps, name: string) => fieldError(frame.text, problems, name);

function MainFields(props: PartProps) {
  const { texts, frame } = props;
  const { ui, text } = frame;
  const { endpointForm: words } = text;
  return (
    <>
      <TextField
        ui={ui}
        name="url"
        label={words.url}
        hint={words.urlHint}
        value={texts.url}
        placeholder="https://shop.example/tidings"
        isCode
        isRequired
        {...errorOf(props, 'url')}
      />
      <TextField
        ui={ui}
        name="description"
        label={words.description}
        hint={words.descriptionHint}
        value={texts.description}
        maxLength={256}
        {...errorOf(props, 'description')}
      />
      <TextField
        ui={ui}
        name="types"
        label={words.types}
        hint={words.typesHint}
        value={texts.types}
        isCode
        {...errorOf(props, 'types')}
      />
    </>
  );
}

function SendingFields(props: PartProps) {
  const { texts, frame } = props;
  const { ui, text } = frame;
  const { endpointForm: words } = text;
  const plain = (['schedule', 'timeoutMs', 'ratePerSecond'] as const).map((name) => (
    <TextField
      ui={ui}
      name={name}
      label={words[name]}
      hint={words[`${name}Hint`]}
      value={texts[name]}
      placeholder={name === 'timeoutMs' ? '10000' : ''}
      isCode
      {...errorOf(props, name)}
    />
  ));
  return (
    <>
      {plain}
      <TextAreaField
        ui={ui}
        name="expectBody"
        label={words.expectBody}
        hint={words.expectBodyHint}
        value={texts.expectBody}
        rows={3}
        {...errorOf(props, 'expectBody')}
      />
      <SelectField
        ui={ui}
        name="signature"
        label={words.signature}
        value={texts.signature}
        isRequired
        choices={SIGNATURE_CHOICES.map((value) => ({ value, label: words.signatures[value] }))}
        {...errorOf(props, 'signature')}
      />
    </>
  );
}

function HeaderFields(props: PartProps) {
  const { endpoint, frame } = props;
  const { ui, text } = frame;
  const { endpointForm: words } = text;
  const headers = endpoint?.headers ?? [];
  return (
    <>
      {headers.length > 0 && (
        <fieldset class="field">
          <legend>{words.headersKept}</legend>
          {headers.map(({ name, setAt }) => (
            <CheckField
              name="remove"
              value={name}
              label={`${name} (${words.setAt(ui.format.relative(setAt))})`}
            />
          ))}
        </fieldset>
      )}
      <TextAreaField
        ui={ui}
        name="headers"
        label={words.headers}
        hint={words.headersHint}
        rows={3}
        {...errorOf(props, 'headers')}
      />
    </>
  );
}

export const EMPTY_FORM = { texts: NEW_FIELDS, before: NEW_FIELDS } as const;
