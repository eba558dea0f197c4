import { ReceiverFault } from '../faults.ts';

/** Headers as any host hands them over: an object in whatever case, or a `Headers`. */
export type HeaderSource =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | { get(name: string): string | null };

/** The three headers of Standard Webhooks. */
export interface SignatureHeaders {
  readonly id: string;
  readonly timestampSeconds: number;
  /** Space-separated, as they came. */
  readonly signatures: readonly string[];
}

/** Signatures looked at: a sender has a few secrets, and whoever sends thousands wants to keep us busy. */
const MAX_SIGNATURES = 16;

/** @throws ReceiverFault `missing_header`, `malformed_header` */
export function signatureHeaders(headers: HeaderSource): SignatureHeaders {
  const id = required(headers, 'webhook-id');
  const timestamp = required(headers, 'webhook-timestamp');
  const signature = required(headers, 'webhook-signature');
  // A dot would let one signed text be cut into id, time and body in more than one way.
  if (!/^[\x21-\x2d\x2f-\x7e]{1,256}$/.test(id)) throw malformed('webhook-id');
  if (!/^\d{1,12}$/.test(timestamp)) throw malformed('webhook-timestamp');
  const signatures = signature.split(' ').filter((one) => one !== '');
  if (signatures.length > MAX_SIGNATURES) throw malformed('webhook-signature');
  return { id, timestampSeconds: Number(timestamp), signatures };
}

function required(headers: HeaderSource, name: string): string {
  const value = headerOf(headers, name);
  if (value === undefined || value === '') {
    throw new ReceiverFault(
      'missing_header',
      `There is no header ${name}: was it signed by the service, and do proxies on the way pass it on?`,
    );
  }
  return value;
}

/** One header, whatever the case of its name; undefined where it is not there or stands more than once. */
function headerOf(headers: HeaderSource, name: string): string | undefined {
  if (isHeaders(headers)) return headers.get(name) ?? undefined;
  const value =
    headers[name] ?? headers[Object.keys(headers).find((key) => key.toLowerCase() === name) ?? ''];
  if (typeof value === 'string' || value === undefined) return value;
  return value.length === 1 ? value[0] : undefined;
}

function isHeaders(headers: HeaderSource): headers is { get(name: string): string | null } {
  return typeof headers.get === 'function';
}

function malformed(name: string): ReceiverFault {
  return new ReceiverFault(
    'malformed_header',
    `The header ${name} does not have its form: is it as the service sent it?`,
  );
}
