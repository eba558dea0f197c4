import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';

/** The settings that an export holds: everything that may be set, except for secrets and the values of headers. */

export type SettingValue = string | number | boolean | readonly (string | number)[];
export type Settings = Readonly<Record<string, SettingValue>>;

export interface Field {
  readonly name: string;
  /** What it looks like, for failures. */
  readonly form: string;
  readonly accepts: (value: unknown) => boolean;
  /** May be absent, which means that there is none. */
  readonly isOptional?: boolean;
}

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isListOf = (isOne: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(isOne);
const isSchedule = (value: unknown) => isText(value) || isListOf(Number.isInteger)(value);
const isTextOrTexts = (value: unknown) => isText(value) || isListOf(isText)(value);

const SCHEDULE = 'the name of a preset, or a list of seconds';

/** In the order in which a file has them. */
export const MERCHANT_FIELDS: readonly Field[] = [
  { name: 'name', form: 'text', accepts: isText },
  { name: 'schedule', form: SCHEDULE, accepts: isSchedule },
  { name: 'timeZone', form: 'text', accepts: isText },
  { name: 'feedShards', form: 'a number', accepts: isNumber },
];

export const ENDPOINT_FIELDS: readonly Field[] = [
  { name: 'url', form: 'text', accepts: isText },
  { name: 'description', form: 'text', accepts: isText, isOptional: true },
  { name: 'types', form: 'a list of event types', accepts: isListOf(isText) },
  { name: 'enabled', form: 'true or false', accepts: (value) => typeof value === 'boolean' },
  { name: 'timeoutMs', form: 'a number', accepts: isNumber },
  { name: 'schedule', form: SCHEDULE, accepts: isSchedule, isOptional: true },
  { name: 'ratePerSecond', form: 'a number', accepts: isNumber, isOptional: true },
  { name: 'expectBody', form: 'text, or a list of texts', accepts: isTextOrTexts, isOptional: true },
  { name: 'signature', form: 'text', accepts: isText },
  { name: 'headers', form: 'a list of names', accepts: isListOf(isText), isOptional: true },
];

/** The settings in an answer of the service. */
export function settingsIn(answer: JsonObject, fields: readonly Field[]): Settings {
  return Object.fromEntries(
    fields.flatMap(({ name, accepts }) => {
      const value = name === 'headers' ? headerNames(answer.headers) : answer[name];
      return accepts(value) ? [[name, value as SettingValue]] : [];
    }),
  );
}

/** Names only: the service shows no values. */
function headerNames(headers: unknown): readonly string[] | undefined {
  if (!Array.isArray(headers) || headers.length === 0) return undefined;
  return headers
    .filter(isObject)
    .map(({ name }) => String(name))
    .sort();
}
