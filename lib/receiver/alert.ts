import { ALERT_TYPES, type AlertEvent, type AlertSummary, type AlertType } from '../protocol/alerts.ts';
import { isObject, type JsonObject } from '../protocol/json/json-values.ts';
import { ReceiverFault } from './receiver-fault.ts';

export type { AlertEvent, AlertSummary, AlertType };

/** What each type of alert must have, by name and type. Unknown fields, which later versions may add, are kept. */
const REQUIRED: Readonly<Record<AlertType, Readonly<Record<string, 'string' | 'number'>>>> = {
  'tidings.endpoint.disabled': { merchantId: 'string', endpointId: 'string' },
  'tidings.notification.exhausted': { merchantId: 'string', endpointId: 'string' },
  'tidings.statement.ready': { merchantId: 'string', date: 'string', revision: 'number', rows: 'number' },
};

/**
 * Reads an alert from signed content; undefined if this version does not know its type.
 *
 * @throws ReceiverFault `malformed_body`
 */
export function parseAlert(content: JsonObject): AlertEvent | undefined {
  const type = ALERT_TYPES.find((one) => one === content.type);
  if (type === undefined) return undefined;
  const { data, timestamp } = content;
  if (typeof timestamp !== 'string' || !isObject(data)) throw malformed('data');
  for (const [name, form] of Object.entries(REQUIRED[type])) {
    if (typeof data[name] !== form) throw malformed(name);
  }
  const { summary } = data;
  if (summary !== undefined && !(isObject(summary) && typeof summary.count === 'number')) {
    throw malformed('summary');
  }
  return { type, timestamp, data } as unknown as AlertEvent;
}

function malformed(field: string): ReceiverFault {
  return new ReceiverFault('malformed_body', `The signed content has no valid ${field}.`);
}
