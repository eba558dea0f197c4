import {
  changeEndpoint,
  listEndpoints,
  putEndpoint,
  readEndpoint,
} from '../../../api/endpoints/endpoints-contract.ts';
import { sha256Hex } from '../../../protocol/hashes.ts';
import { action, type Performed, page, type Submission } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { type FormProblems, formProblems, NO_PROBLEMS } from '../parts/form-problems.ts';
import {
  changedFields,
  FIELDS,
  type FieldTexts,
  fieldsOf,
  NEW_FIELDS,
  sentFields,
  sentHeaders,
  settingsOf,
} from './endpoint-fields.ts';
import { EMPTY_FORM, EndpointForm, type EndpointFormProps } from './endpoint-form.tsx';
import { EDIT_ENDPOINT, ENDPOINT, NEW_ENDPOINT } from './endpoint-paths.ts';
import { shownSecret } from './shown-secret.tsx';

/** Creating and changing endpoints. */

const NAMES = [...FIELDS, 'headers'];

export const newEndpointPage = page({
  path: NEW_ENDPOINT,
  who: 'merchant',
  async load({ api, params: { merchantId } }): Promise<EndpointFormProps> {
    // Asked so that the page of a merchant that does not exist is none.
    await api.ask(listEndpoints, { merchantId });
    return { merchantId, ...EMPTY_FORM, problems: NO_PROBLEMS };
  },
  title: (text) => text.endpoints.create,
  place: ({ merchantId }) => ({ current: 'endpoints', merchant: { id: merchantId } }),
  view: EndpointForm,
});

export const editEndpointPage = page({
  path: EDIT_ENDPOINT,
  who: 'merchant',
  async load({ api, params: { merchantId, endpointId } }): Promise<EndpointFormProps> {
    const endpoint = await api.ask(readEndpoint, { params: { merchantId, endpointId } });
    const texts = fieldsOf(endpoint);
    return { merchantId, endpoint, texts, before: texts, problems: NO_PROBLEMS };
  },
  title: (text) => text.endpoints.editTitle,
  place: ({ merchantId }) => ({ current: 'endpoints', merchant: { id: merchantId } }),
  view: EndpointForm,
});

/** An id that stays the same if the form is sent twice: one form makes one endpoint. */
const idOfForm = (csrf: string) => `ep_${sha256Hex(csrf).slice(0, 16)}`;

export const createEndpointAction = action({
  path: NEW_ENDPOINT,
  who: 'merchant',
  async perform(submission): Promise<Performed> {
    const { api, params, field, text } = submission;
    const { merchantId } = params;
    const texts = sentFields(submission);
    const refused = (problems: FormProblems) =>
      formAgain({ merchantId, texts, before: NEW_FIELDS, problems }, text.endpoints.create);
    const sent = sentHeaders(submission);
    if (sent.kind === 'refused') return refused({ fields: { headers: sent.code } });
    const given = FIELDS.filter((name) => texts[name] !== '' || name === 'url');
    const body = { ...settingsOf(texts, given), ...(hasAny(sent.headers) && { headers: sent.headers }) };
    const endpointId = idOfForm(field('csrf') ?? '');
    try {
      const made = await api.ask(putEndpoint, { params: { merchantId, endpointId }, body: body as never });
      return shownSecret({
        merchantId,
        endpointId,
        title: text.endpoints.create,
        ...('secret' in made && { secret: made.secret }),
        ...(made.publicKey !== undefined && { publicKey: made.publicKey }),
      });
    } catch (error) {
      const problems = formProblems(error, NAMES);
      if (problems === undefined) throw error;
      return refused(problems);
    }
  },
});

export const editEndpointAction = action({
  path: EDIT_ENDPOINT,
  who: 'merchant',
  async perform(submission): Promise<Performed> {
    const { api, params } = submission;
    const { merchantId, endpointId } = params;
    const sent = sentHeaders(submission);
    if (sent.kind === 'refused') return editAgain(submission, { fields: { headers: sent.code } });
    const body = {
      ...settingsOf(sentFields(submission), changedFields(submission)),
      ...(hasAny(sent.headers) && { headers: sent.headers }),
    };
    try {
      if (hasAny(body))
        await api.ask(changeEndpoint, { params: { merchantId, endpointId }, body: body as never });
    } catch (error) {
      const problems = formProblems(error, NAMES);
      if (problems === undefined) throw error;
      return editAgain(submission, problems);
    }
    return {
      kind: 'redirect',
      to: hrefOf(ENDPOINT, { merchantId, endpointId }),
      flash: 'endpointSaved',
      about: endpointId,
    };
  },
});

const hasAny = (record: object) => Object.keys(record).length > 0;

async function editAgain(
  submission: Submission<typeof EDIT_ENDPOINT>,
  problems: FormProblems,
): Promise<Performed> {
  const { api, params, text } = submission;
  const endpoint = await api.ask(readEndpoint, { params });
  const before = beforeOf(submission);
  const { merchantId } = params;
  const texts = sentFields(submission);
  return formAgain({ merchantId, endpoint, texts, before, problems }, text.endpoints.editTitle);
}

/** What the fields held when the form was made, so that a corrected form still changes only what was changed. */
function beforeOf({ field, fields }: Submission<typeof EDIT_ENDPOINT>): FieldTexts {
  return sentFields({ field: (name) => field(`was-${name}`), fields });
}

/** The form with what was entered, and what is wrong with it. */
function formAgain(props: EndpointFormProps, title: string): Performed {
  return {
    kind: 'shown',
    shown: {
      title,
      place: { current: 'endpoints', merchant: { id: props.merchantId } },
      status: 400,
      body: (frame) => EndpointForm(props, frame),
    },
  };
}
