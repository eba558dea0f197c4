import { EVERY_ALERT } from '../../protocol/alerts.ts';
import type { JsonObject } from '../../protocol/json/json-values.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import type { Command } from '../command-line/command.ts';
import { EXIT } from '../command-line/exit-status.ts';
import { LIMIT, MERCHANT } from '../command-line/shared-options.ts';
import type { Column } from '../output/output.ts';
import { listIn, textIn } from '../output/reading.ts';

const auditColumns: readonly Column<JsonObject>[] = [
  { title: 'time', of: textIn('at') },
  { title: 'by', of: textIn('by'), atMost: 16 },
  { title: 'action', of: textIn('action') },
  { title: 'about', of: subjectOf, atMost: 32 },
  { title: 'settings', of: listIn('fields'), atMost: 30 },
];

function subjectOf(entry: JsonObject): string | undefined {
  const { merchantId, endpointId, transactionId, keyId, jobId, queue, recordId, scope, status } = entry;
  const parts = [
    merchantId,
    endpointId ?? transactionId ?? keyId ?? jobId ?? queue ?? recordId,
    scope ?? status,
  ];
  return parts.filter((part) => typeof part === 'string').join(' ') || undefined;
}

export const auditLog: Command = {
  words: ['audit-log'],
  summary: 'List who changed what, newest first',
  details:
    'With an admin key and without --merchant: what was done to keys for all merchants, and to the whole service.',
  options: [
    { ...MERCHANT, summary: "whose; default: the key's own, or the whole service with an admin key" },
    { name: 'from', value: 'TIME', summary: 'inclusive: 2026-11-20, or an age: 7d' },
    { name: 'to', value: 'TIME', summary: 'exclusive' },
    LIMIT,
  ],
  examples: [
    { line: 'tidings audit-log --merchant shop-7 --from 7d', what: 'Who changed the settings of shop-7?' },
    { line: 'tidings audit-log --json', what: 'Keys and the service, one entry a line.' },
  ],
  async run(given, { service, output, now }) {
    const { pages, whoAmI, merchantId } = await service();
    const { merchantId: own } = await whoAmI();
    // A key of a merchant sees no other one.
    if (own !== undefined && given.text('merchant') !== undefined) await merchantId();
    const limit = given.number('limit', { min: 1, max: 1_000_000 });
    const found = pages({
      path: '/v1/audit-log',
      field: 'items',
      parameters: {
        from: given.time('from', now()),
        to: given.time('to', now()),
        ...(own === undefined && { merchantId: given.text('merchant') }),
      },
      ...(limit !== undefined && { limit }),
    });
    await output.list(found, { columns: auditColumns, empty: 'Nobody changed anything in this time.' });
    return EXIT.done;
  },
};

const alertColumns: readonly Column<JsonObject>[] = [
  { title: 'time', of: textIn('timestamp') },
  { title: 'type', of: textIn('type') },
  { title: 'callbacks', of: deliveriesOf, atMost: 30 },
  { title: 'data', of: ({ data }) => JSON.stringify(data), atMost: 60 },
];

function deliveriesOf({ deliveries }: JsonObject): string | undefined {
  if (!Array.isArray(deliveries)) return undefined;
  return deliveries
    .filter(isObject)
    .map(({ endpointId, state }) => `${String(endpointId)} ${String(state)}`)
    .join(', ');
}

export const alerts: Command = {
  words: ['alerts'],
  summary: 'List alerts of a merchant and their callbacks, the newest hour first',
  details: 'Alerts that some endpoint subscribed to: an endpoint that fails, callbacks that were given up.',
  options: [MERCHANT, LIMIT],
  examples: [
    { line: 'tidings alerts --limit 10', what: 'The last ten.' },
    { line: 'tidings alerts --merchant shop-7 --json', what: 'One alert a line, with an admin key.' },
  ],
  async run(given, { service, output }) {
    const { pages, pathOfMerchant, merchantId } = await service();
    const limit = given.number('limit', { min: 1, max: 1_000_000 });
    const path = await pathOfMerchant('/alerts');
    const found = pages({ path, field: 'items', ...(limit !== undefined && { limit }) });
    await output.list(found, {
      columns: alertColumns,
      empty: `No alert of merchant ${await merchantId()}. Only alerts that an endpoint subscribed to are kept: --type "${EVERY_ALERT}"`,
    });
    return EXIT.done;
  },
};
