import { isObject } from '../../protocol/json/json-values.ts';
import { usageFailure } from '../command-line/exit-status.ts';
import { readJsonFile } from '../command-line/json-file.ts';
import type { Difference } from './compare-settings.ts';

/** Values of custom headers, which the service seals and no export has: `{"shop-7": {"pay": {"authorization": "…"}}}`. */
export interface HeaderValues {
  of(merchantId: string, endpointId: string, name: string): string | undefined;
}

const EXAMPLE = '{"shop-7": {"pay": {"authorization": "Bearer …"}}}';

/** @throws CommandFailure if the file has another form */
export function readHeaderValues(path: string | undefined): HeaderValues {
  const values = new Map<string, string>();
  for (const [merchantId, endpoints] of entriesOf(path === undefined ? {} : readJsonFile(path))) {
    for (const [endpointId, headers] of entriesOf(endpoints)) {
      for (const [name, value] of entriesOf(headers)) {
        if (typeof value !== 'string') throw wrongForm();
        values.set(keyOf(merchantId, endpointId, name), value);
      }
    }
  }
  return { of: (merchantId, endpointId, name) => values.get(keyOf(merchantId, endpointId, name)) };
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  if (!isObject(value)) throw wrongForm();
  return Object.entries(value);
}

function wrongForm(): Error {
  return usageFailure('The file of header values has another form.', `It looks like ${EXAMPLE}.`);
}

function keyOf(...parts: readonly [string, string, string]): string {
  const [merchantId, endpointId, name] = parts;
  return `${merchantId} ${endpointId} ${name.toLowerCase()}`;
}

/** Headers without a value, as `shop-7/pay authorization`. */
export function missingValues(differences: readonly Difference[], values: HeaderValues): readonly string[] {
  return differences.flatMap(({ merchantId, endpointId = '', neededHeaders }) =>
    neededHeaders
      .filter((name) => values.of(merchantId, endpointId, name) === undefined)
      .map((name) => `${merchantId}/${endpointId} ${name}`),
  );
}

/** @throws CommandFailure that names what is missing: a callback without its header would be refused, again and again */
export function refuseMissingValues(missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw usageFailure(
    `An export has no values of headers, and these are needed: ${missing.join(', ')}.`,
    `Pass --header-values FILE with them: ${EXAMPLE}. Or take the names out of the file. Nothing was changed.`,
  );
}
