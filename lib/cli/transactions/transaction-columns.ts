import { decimalOf } from '../../protocol/content/minor-units.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import type { Column } from '../output/output.ts';
import { textIn } from '../output/reading.ts';

/** Columns of lists of transactions and their callbacks. */

/** `19.99 EUR`. Programs get the minor unit, with `--json`. */
export function amountOf({ amount, currency }: JsonObject): string | undefined {
  return typeof amount === 'number' && typeof currency === 'string'
    ? `${decimalOf(amount, currency)} ${currency}`
    : undefined;
}

function statesOf({ notifications, status }: JsonObject): string | undefined {
  if (!Array.isArray(notifications)) return undefined;
  return (
    [...new Set(notifications.filter(isObject).map(textIn('state')))].join(', ') ||
    (status === 'PENDING' ? 'not ended' : 'no callback')
  );
}

export const transactionColumns: readonly Column<JsonObject>[] = [
  { title: 'transaction', of: textIn('transactionId'), atMost: 28 },
  { title: 'type', of: textIn('transactionType') },
  { title: 'status', of: textIn('status') },
  { title: 'amount', of: amountOf, isNumber: true },
  { title: 'callbacks', of: statesOf },
  { title: 'occurred', of: textIn('occurredAt') },
];

export const notificationColumns: readonly Column<JsonObject>[] = [
  { title: 'endpoint', of: textIn('endpointId'), atMost: 28 },
  { title: 'state', of: textIn('state') },
  { title: 'attempts', of: attemptsOf, isNumber: true },
  { title: 'last answer', of: lastAnswerOf, atMost: 28 },
  { title: 'next', of: textIn('nextAttemptAt') },
];

function attemptsOf({ attempts }: JsonObject): number | undefined {
  return Array.isArray(attempts) ? attempts.length : undefined;
}

function lastAnswerOf({ attempts }: JsonObject): string | undefined {
  const last: unknown = Array.isArray(attempts) ? attempts.at(-1) : undefined;
  if (!isObject(last)) return undefined;
  const { statusCode, error, detail } = last;
  return [statusCode, error, detail].filter((part) => part !== undefined).join(' ');
}
