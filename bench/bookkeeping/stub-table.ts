import { createServer } from 'node:http';
import { marshall } from '@aws-sdk/util-dynamodb';
import { notificationItem } from '../../lib/adapters/dynamodb/items/notification-items.ts';
import { untried } from '../../lib/core/deliver/state/notification.ts';
import { ALL_PARTITIONS, partitionOf } from '../../lib/core/partitions.ts';
import { outcomeItem } from '../../lib/protocol/table/outcome-layout.ts';
import {
  BUSY,
  CREATED_AT,
  ENDPOINT,
  idleMerchant,
  marksOf,
  rowOf,
  WINDOW_SECONDS,
  type WindowLoad,
  type Work,
} from './window-load.ts';

/**
 * A process that answers DynamoDB requests as a table with this load would, from answers that it prepared. It runs apart,
 * so that its processor time is not counted. It keeps nothing that is written.
 */

const PAGE = 1_000;
type Row = Readonly<Record<string, unknown>>;
interface Request {
  readonly IndexName?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S: string }>>;
  readonly ExclusiveStartKey?: { readonly page: { readonly N: string } };
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Keyed[] }>>;
}
interface Keyed {
  readonly pk: { readonly S: string };
  readonly sk: { readonly S: string };
}

const { load, work }: { load: WindowLoad; work: Work } = JSON.parse(process.argv[2] ?? '{}');
const marks = marksOf(work);
const ITEM = { feedShard: 0, retentionDays: 90 };
const wire = (row: Row) => JSON.stringify(marshall(row, { removeUndefinedValues: true }));

/** The rows of one page. All pages have the same rows, but each only once. */
const rows = Array.from({ length: Math.min(PAGE, load.rows) }, (_, number) => rowOf(load, number));
const page = rows.map((row) => wire(outcomeItem(row, ITEM))).join(',');
const pages = Math.ceil(load.rows / PAGE);
const stored = new Map([...rows.flatMap(storedRows), ...ALL_PARTITIONS.flatMap(storedMarks)]);
const lists = ALL_PARTITIONS.map(listOf);

function storedRows(row: (typeof rows)[number]): readonly (readonly [string, string])[] {
  const { version } = row;
  const notification = untried({ ...row, endpointId: ENDPOINT }, marks.closed);
  const versions = version === 1 ? [row] : [row, { ...row, version: 1 as const }];
  const items = [
    ...versions.map((one) => outcomeItem(one, ITEM)),
    notificationItem(notification, { nowMs: 0, retentionDays: 90 }),
  ];
  return items.map((item) => [`${item.pk} ${item.sk}`, wire(item)]);
}

function storedMarks(partition: number): readonly (readonly [string, string])[] {
  const pk = `D#${partition}`;
  return [
    { pk, sk: 'CLOSED', closedThrough: marks.closed, windowSeconds: WINDOW_SECONDS },
    { pk, sk: 'AUDITED', auditedThrough: marks.audited },
  ].map((item) => [`${pk} ${item.sk}`, wire(item)]);
}

function listOf(partition: number): string {
  const merchants = [BUSY, ...Array.from({ length: load.idle }, (_, number) => idleMerchant(number))];
  const settings = { feedShards: 1, timeZone: 'Asia/Shanghai', settingsRev: 1, settingsAt: CREATED_AT };
  return merchants
    .filter((merchantId) => partitionOf(merchantId) === partition)
    .map((merchantId) =>
      wire({
        pk: `D#${partition}`,
        sk: `M#${merchantId}`,
        merchantId,
        createdAt: CREATED_AT,
        ...settings,
      }),
    )
    .join(',');
}

function query({ IndexName, ExpressionAttributeValues = {}, ExclusiveStartKey }: Request): string {
  const pk = ExpressionAttributeValues[':pk']?.S ?? '';
  if (pk.startsWith('D#')) return `{"Items":[${lists[Number(pk.slice(2))]}]}`;
  if (pk.startsWith('M#')) return `{"Items":[${profile()}]}`;
  if (IndexName !== 'feed' || !pk.startsWith(`F#${BUSY}#`)) return '{"Items":[]}';
  const number = Number(ExclusiveStartKey?.page.N ?? 0) + 1;
  const next = number < pages ? `,"LastEvaluatedKey":{"page":{"N":"${number}"}}` : '';
  return `{"Items":[${page}]${next}}`;
}

function profile(): string {
  const endpoint = { merchantId: BUSY, secrets: [], createdAt: CREATED_AT, rev: 1 };
  const history = [{ from: CREATED_AT, enabled: true, types: ['*'] }];
  const settings = { name: BUSY, schedule: 'wechat', feedShards: 1, timeZone: 'UTC' };
  return [
    wire({ pk: `M#${BUSY}`, sk: 'PROFILE', ...endpoint, ...settings }),
    wire({
      pk: `M#${BUSY}`,
      sk: `E#${ENDPOINT}`,
      ...endpoint,
      endpointId: ENDPOINT,
      url: 'https://shop.example/hooks',
      timeoutMs: 10_000,
      history,
    }),
  ].join(',');
}

function answer(operation: string, request: Request): string {
  if (operation === 'Query') return query(request);
  if (operation === 'BatchGetItem') {
    const [[name, { Keys }] = ['', { Keys: [] }]] = Object.entries(request.RequestItems ?? {});
    const items = Keys.map(({ pk, sk }) => stored.get(`${pk.S} ${sk.S}`)).filter(
      (item) => item !== undefined,
    );
    return `{"Responses":{"${name}":[${items.join(',')}]},"UnprocessedKeys":{}}`;
  }
  return '{}';
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(answer(operation, JSON.parse(Buffer.concat(chunks).toString())));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
