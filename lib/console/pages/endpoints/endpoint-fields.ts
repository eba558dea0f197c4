import { DEFAULT_TIMEOUT_MS } from '../../../core/merchants/merchant-config.ts';
import type { Submission } from '../../site/page.ts';
import type { Endpoint } from '../parts/endpoint-cards.tsx';

/** The settings of an endpoint as the fields of a form, and back. All are texts. */

export const FIELDS = [
  'url',
  'description',
  'types',
  'schedule',
  'timeoutMs',
  'ratePerSecond',
  'expectBody',
  'signature',
] as const;
export type FieldName = (typeof FIELDS)[number];
export type FieldTexts = Readonly<Record<FieldName, string>>;

/** A new endpoint. Settings that stay empty have the defaults of the service. */
export const NEW_FIELDS: FieldTexts = {
  url: '',
  description: '',
  types: '*',
  schedule: '',
  timeoutMs: '',
  ratePerSecond: '',
  expectBody: '',
  signature: 'v1',
};

export function fieldsOf(endpoint: Endpoint): FieldTexts {
  const { url, description, types, schedule, timeoutMs, ratePerSecond, expectBody, signature } = endpoint;
  return {
    url,
    description: description ?? '',
    types: types.join(', '),
    schedule: schedule === undefined ? '' : [schedule].flat().join(', '),
    timeoutMs: String(timeoutMs),
    ratePerSecond: ratePerSecond === undefined ? '' : String(ratePerSecond),
    expectBody: expectBody === undefined ? '' : [expectBody].flat().join('\n'),
    signature,
  };
}

type Fields = Pick<Submission, 'field' | 'fields'>;

export function sentFields({ field }: Fields): FieldTexts {
  return Object.fromEntries(FIELDS.map((name) => [name, textOf(field(name))])) as unknown as FieldTexts;
}

/** Browsers send line breaks as CRLF. */
const textOf = (sent: string | undefined) => (sent ?? '').replaceAll('\r\n', '\n');

/** The name of the hidden field that holds what a field held when the form was made. */
export const beforeName = (name: FieldName) => `was-${name}`;

/** What was changed in the form. What another window changed meanwhile stays as it is. */
export function changedFields(fields: Fields): readonly FieldName[] {
  const sent = sentFields(fields);
  return FIELDS.filter((name) => sent[name] !== textOf(fields.field(beforeName(name))));
}

/** The settings of some fields, as the API takes them. `null` stands for the default. */
export function settingsOf(
  texts: FieldTexts,
  names: readonly FieldName[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, settingOf(name, texts[name])]));
}

function settingOf(name: FieldName, text: string): unknown {
  switch (name) {
    case 'url':
    case 'signature':
      return text;
    case 'description':
      return text === '' ? null : text;
    case 'types':
      return text === '' ? ['*'] : wordsOf(text);
    case 'timeoutMs':
      return text === '' ? DEFAULT_TIMEOUT_MS : numberOf(text);
    case 'ratePerSecond':
      return text === '' ? null : numberOf(text);
    case 'schedule':
      return scheduleOf(text);
    case 'expectBody':
      return text === '' ? null : linesOf(text);
  }
}

const wordsOf = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '');
const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

/** What is no number stays a text, so that the API says so: `NaN` would become `null`, which removes a limit. */
const numberOf = (text: string) => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text);

function scheduleOf(text: string): unknown {
  if (text === '') return null;
  return /^\d/.test(text) ? wordsOf(text).map(numberOf) : text;
}

/** The headers of a form, or the code that says why they are refused. */
export type SentHeaders =
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string | null>> }
  | { readonly kind: 'refused'; readonly code: 'invalid_header' | 'duplicate_header' };

/** Lines of `name: value`, and the names that are to be removed. */
export function sentHeaders({ field, fields }: Fields): SentHeaders {
  const given = linesOf(textOf(field('headers'))).map((line) => /^([^:]+):(.*)$/.exec(line));
  const pairs = given.flatMap((match) =>
    match === null ? [] : [[nameIn(match), (match[2] ?? '').trim()] as const],
  );
  if (pairs.length < given.length) return { kind: 'refused', code: 'invalid_header' };
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    return { kind: 'refused', code: 'duplicate_header' };
  }
  const removed = fields('remove').map((name) => [name, null] as const);
  return { kind: 'headers', headers: Object.fromEntries([...removed, ...pairs]) };
}

const nameIn = (match: RegExpExecArray) => (match[1] ?? '').trim().toLowerCase();
