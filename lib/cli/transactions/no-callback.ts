import { anyFilterMatches, eventTypeOf } from '../../protocol/event-names.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { CommandFailure } from '../command-line/exit-status.ts';
import type { Service } from '../connection/service.ts';

/** Why a transaction has no callback, and what sends one. */

type Asking = Pick<Service, 'pages' | 'merchantId' | 'merchantOption'>;

export async function whyNoCallback(transaction: JsonObject, service: Asking): Promise<string> {
  if (transaction.status === 'PENDING') {
    return 'No callback yet: the transaction is PENDING. Callbacks are sent once it has ended.';
  }
  const { transactionType, status, listedAt } = transaction;
  const kind = { transactionType: String(transactionType), status: String(status) };
  const endpoints = await endpointsOf(service);
  const option = service.merchantOption();
  if (endpoints?.length === 0) {
    return `No callback: merchant ${await service.merchantId()} has no endpoint. Make one: tidings endpoints create URL${option}`;
  }
  const disabled = (endpoints ?? []).filter(
    ({ enabled, types }) => enabled === false && anyFilterMatches(textsIn(types), kind),
  );
  const from = typeof listedAt === 'string' ? listedAt : 'TIME';
  const replay = `tidings replay --include unexpected --from ${from}${option}`;
  if (disabled.length > 0) {
    return [
      ...disabled.map((endpoint) => `No callback: endpoint ${nameOf(endpoint)} is disabled.`),
      'To enable it, and send what it missed:',
      ...disabled.map(({ endpointId }) => `  tidings endpoints enable ${String(endpointId)}${option}`),
      `  ${replay}`,
    ].join('\n');
  }
  return [
    `No callback: no endpoint wanted ${eventTypeOf(kind)} when the transaction ended. To those that want it now:`,
    `  ${replay}`,
  ].join('\n');
}

/** `ep_1 (gone)`: with the reason for which it is disabled. */
function nameOf({ endpointId, disabledReason }: JsonObject): string {
  return `${String(endpointId)}${typeof disabledReason === 'string' ? ` (${disabledReason})` : ''}`;
}

/** Undefined if the key may not see endpoints. */
async function endpointsOf({ pages, merchantId }: Asking): Promise<readonly JsonObject[] | undefined> {
  const endpoints: JsonObject[] = [];
  try {
    const path = `/v1/merchants/${await merchantId()}/endpoints`;
    for await (const rows of pages({ path, field: 'items' })) endpoints.push(...rows.filter(isObject));
    return endpoints;
  } catch (error) {
    if (error instanceof CommandFailure && error.code === 'insufficient_scope') return undefined;
    throw error;
  }
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
