import { instantOf } from '../../protocol/instants.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { ReceiverFault } from '../receiver-fault.ts';

/**
 * Read fields of a signed answer. The signature was valid, so an invalid field is a bug of the service or of the kit and
 * is not worked around. It is not a refusal either, so the fault `malformed_body` is retryable.
 */

export function textOf(content: JsonObject, field: string): string {
  const value = content[field];
  if (typeof value !== 'string') throw malformed(field);
  return value;
}

export function countOf(content: JsonObject, field: string): number {
  const value = content[field];
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw malformed(field);
  return Number(value);
}

export function timeOf(content: JsonObject, field: string): number {
  const ms = instantOf(textOf(content, field));
  if (Number.isNaN(ms)) throw malformed(field);
  return ms;
}

/** Reads the field `hash`: 32 hex digits as a number. */
export function hashOf(content: JsonObject): bigint {
  const text = textOf(content, 'hash');
  if (!/^[0-9a-f]{32}$/.test(text)) throw malformed('hash');
  return BigInt(`0x${text}`);
}

export function listOf(content: JsonObject, field: string): readonly JsonObject[] {
  const value = content[field];
  if (!Array.isArray(value) || !value.every(isObject)) throw malformed(field);
  return value;
}

function malformed(field: string): ReceiverFault {
  return malformedAnswer(`The answer has no valid ${field}.`);
}

export function malformedAnswer(message: string): ReceiverFault {
  return new ReceiverFault('malformed_body', message, { retryable: true });
}
