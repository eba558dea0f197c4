import { Refusal } from './refusal.ts';

/** Headers as any host hands them over: an object in whatever case, or a `Headers`. */
export type HeaderSource =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null };

/** The three headers of Standard Webhooks. */
export interface SignatureHeaders {
  readonly id: string;
  readonly timestampSeconds: number;
  readonly signatures: readonly string[];
}

/** Signatures looked at: the service has a few keys, and whoever sends thousands wants to keep us busy. */
const MAX_SIGNATURES = 16;

/** @throws Refusal `missing_header`, `malformed_header` */
export function signatureHeaders(headers: HeaderSource): SignatureHeaders {
  const id = required(headers, 'webhook-id');
  const timestamp = required(headers, 'webhook-timestamp');
  const signatures = required(headers, 'webhook-signature')
    .split(' ')
    .filter((one) => one !== '');
  // A dot would let one signed text be cut into id, time and body in more than one way.
  const isWellFormed = /^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(id) && /^\d{1,12}$/.test(timestamp);
  if (!isWellFormed || signatures.length > MAX_SIGNATURES) {
    throw new Refusal('malformed_header', 'A webhook- header does not have its form.');
  }
  return { id, timestampSeconds: Number(timestamp), signatures };
}

function required(headers: HeaderSource, name: string): string {
  const value = headerOf(headers, name);
  if (value === undefined || value === '') {
    throw new Refusal('missing_header', `There is no header ${name}: is it a request of the service?`);
  }
  return value;
}

/** One header, whatever the case of its name; undefined where it is not there or stands more than once. */
function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (isHeaders(headers)) return headers.get(name) ?? undefined;
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
  const value = headers[key ?? name];
  if (typeof value === 'string' || value === undefined) return value;
  return value.length === 1 ? value[0] : undefined;
}

function isHeaders(headers: HeaderSource): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}
