import type { JsonObject } from '../../protocol/json/json-values.ts';

/** Readers of fields of an answer, for columns. */

export function textIn(field: string): (row: JsonObject) => string | undefined {
  return (row) => {
    const value = row[field];
    return typeof value === 'string' ? value : undefined;
  };
}

/** A list as text: `payment.*, refund.*`. */
export function listIn(field: string): (row: JsonObject) => string | undefined {
  return (row) => {
    const value = row[field];
    return Array.isArray(value) ? value.join(', ') : undefined;
  };
}

/** Yes or no. */
export function flagIn(field: string): (row: JsonObject) => string | undefined {
  return (row) => {
    const value = row[field];
    return typeof value === 'boolean' ? (value ? 'yes' : 'no') : undefined;
  };
}
