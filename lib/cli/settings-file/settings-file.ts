import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { ENDPOINT_ID, MERCHANT_ID, matches } from '../../protocol/id-forms.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import { writing } from '../command-line/unwritable.ts';
import {
  ENDPOINT_FIELDS,
  type Field,
  MERCHANT_FIELDS,
  type Settings,
  type SettingValue,
} from './setting-fields.ts';

/** The file of `tidings export`: JSON in a stable order, so that two exports are compared by `git diff`. */

export interface MerchantEntry {
  readonly merchantId: string;
  readonly settings: Settings;
  readonly endpoints: readonly EndpointEntry[];
}

export interface EndpointEntry {
  readonly endpointId: string;
  readonly settings: Settings;
}

const FORMAT = 'tidings-settings/1';

/** Sorted by id. The same settings always give the same text. */
export function settingsDocument(merchants: readonly MerchantEntry[]): object {
  return {
    format: FORMAT,
    merchants: sortedBy(merchants, 'merchantId').map(({ merchantId, settings, endpoints }) => ({
      merchantId,
      ...inOrder(settings, MERCHANT_FIELDS),
      endpoints: sortedBy(endpoints, 'endpointId').map((endpoint) => ({
        endpointId: endpoint.endpointId,
        ...inOrder(endpoint.settings, ENDPOINT_FIELDS),
      })),
    })),
  };
}

function sortedBy<Id extends string, Entry extends Readonly<Record<Id, string>>>(
  entries: readonly Entry[],
  id: Id,
): readonly Entry[] {
  // By code units: the same order on every machine.
  return [...entries].sort((a, b) => (a[id] < b[id] ? -1 : 1));
}

function inOrder(settings: Settings, fields: readonly Field[]): Settings {
  return Object.fromEntries(
    fields.flatMap(({ name }) => {
      const value = settings[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Writes a file as a whole: nobody reads a part of it.
 *
 * @throws CommandFailure if it cannot be written
 */
export function writeSettingsFile(path: string, text: string): void {
  const draft = `${path}.part`;
  try {
    writing(path, () => {
      writeFileSync(draft, text);
      renameSync(draft, path);
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Checks a file that people may have edited. What is unknown or missing is refused and not guessed: a word that is
 * misspelt would otherwise be a setting that silently has its default.
 *
 * @throws CommandFailure that names the place
 */
export function merchantsIn(document: unknown): readonly MerchantEntry[] {
  if (!isObject(document) || !Array.isArray(document.merchants)) {
    throw usageFailure(
      'This is no file of tidings export.',
      `It has the fields format ("${FORMAT}") and merchants.`,
    );
  }
  const { format, merchants, ...others } = document;
  if (format !== FORMAT) {
    throw usageFailure(
      `This file has the format ${JSON.stringify(format)}.`,
      `This version of tidings reads ${FORMAT}.`,
    );
  }
  refuseUnknown(others, '');
  const read = merchants.map((merchant: unknown, at) => merchantIn(merchant, `merchants[${at}]`));
  refuseTwice(
    read.map(({ merchantId }) => merchantId),
    'The merchant',
  );
  return read;
}

function merchantIn(value: unknown, place: string): MerchantEntry {
  if (!isObject(value)) throw wrong(place, 'an object');
  const { merchantId, endpoints, ...rest } = value;
  if (!matches(MERCHANT_ID, merchantId)) throw wrong(`${place}.merchantId`, "a merchant's id");
  if (!Array.isArray(endpoints)) throw wrong(`${place}.endpoints`, 'a list');
  const read = endpoints.map((endpoint: unknown, at) => endpointIn(endpoint, `${place}.endpoints[${at}]`));
  refuseTwice(
    read.map(({ endpointId }) => endpointId),
    `The endpoint of ${merchantId}`,
  );
  return { merchantId, settings: settingsGiven(rest, MERCHANT_FIELDS, place), endpoints: read };
}

function endpointIn(value: unknown, place: string): EndpointEntry {
  if (!isObject(value)) throw wrong(place, 'an object');
  const { endpointId, ...rest } = value;
  if (!matches(ENDPOINT_ID, endpointId)) throw wrong(`${place}.endpointId`, "an endpoint's id");
  const { headers, ...settings } = settingsGiven(rest, ENDPOINT_FIELDS, place);
  if (!Array.isArray(headers) || headers.length === 0) return { endpointId, settings };
  const names = [...new Set(headers.map((name) => String(name).toLowerCase()))].sort();
  return { endpointId, settings: { ...settings, headers: names } };
}

function settingsGiven(given: JsonObject, fields: readonly Field[], place: string): Settings {
  const known = new Set(fields.map(({ name }) => name));
  refuseUnknown(Object.fromEntries(Object.entries(given).filter(([name]) => !known.has(name))), `${place}.`);
  return Object.fromEntries(
    fields.flatMap(({ name, form, accepts, isOptional }): [string, SettingValue][] => {
      const value = given[name];
      if (value === undefined && isOptional === true) return [];
      if (!accepts(value)) throw wrong(`${place}.${name}`, form);
      return [[name, value as SettingValue]];
    }),
  );
}

function refuseUnknown(others: JsonObject, place: string): void {
  const [name] = Object.keys(others);
  if (name === undefined) return;
  throw usageFailure(`${place}${name} is no setting.`, 'docs/cli.md, at tidings export, lists all of them.');
}

function refuseTwice(ids: readonly string[], what: string): void {
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw usageFailure(`${what} ${twice} is in the file twice.`);
}

function wrong(place: string, form: string): Error {
  return usageFailure(`${place} must be ${form}.`);
}
