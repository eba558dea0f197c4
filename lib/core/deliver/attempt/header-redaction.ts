import type { HeaderValues } from '../../merchants/settings/custom-headers.ts';
import type { Exchange } from './sender.ts';

/**
 * Receivers that fail may answer with the request's headers, and the start of an answer is stored and shown. So the values
 * of custom headers are taken out of it first.
 */

const REDACTED = '[redacted]';
/** Shorter values hold no secret, and would be found everywhere. */
const MIN_LENGTH = 4;
/** The parts of a value, such as the token after `Bearer`, are longer than words. */
const MIN_PART_LENGTH = 8;

/**
 * The body of an answer without the values of these headers, without their parts, and without both as JSON writes them.
 * Other encodings, such as base64, are not recognised.
 */
export function withoutValues(exchange: Exchange, headers: HeaderValues = {}): string {
  if (exchange.kind === 'error') return '';
  const hidden = Object.values(headers)
    .flatMap((value) => [
      value,
      ...value.split(/[\s,;=:]+/).filter(({ length }) => length >= MIN_PART_LENGTH),
    ])
    .flatMap((value) => [value, JSON.stringify(value).slice(1, -1)])
    .filter(({ length }) => length >= MIN_LENGTH)
    // A part must not break up the whole that holds it.
    .sort((a, b) => b.length - a.length);
  const shown = hidden.reduce((text, value) => text.replaceAll(value, REDACTED), exchange.body);
  // Where the body was cut off, a value may stand in part.
  const [longest = ''] = hidden;
  return exchange.bodyTruncated === true ? shown.slice(0, shown.length - longest.length) : shown;
}
