import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { parkedPk } from '../../../lib/adapters/dynamodb/items/item-keys.ts';
import { checkItem } from '../../../lib/adapters/dynamodb/stores/delivery/dynamodb-check-store.ts';
import { merchantIdSchema, transactionIdSchema } from '../../../lib/core/model.ts';
import { type Check, newCheck } from '../../../lib/core/record/pending-check.ts';
import { outcomeItem } from '../../../lib/protocol/table/outcome-layout.ts';
import { eventually } from '../../support/eventually.ts';
import { payment } from '../../support/world.ts';
import { type Journey, openServer, outcomeRow, type Row } from './journey.ts';

const HOUR_MS = 3_600_000;
const OWN_URL = 'http://127.0.0.1:9/own';
/** No function has read this merchant before it is erased, so none has its settings cached. */
const UNSEEN = 'unseen';

/** A merchant that is erased, with what was kept of it, and what comes late. */
export async function vanish(journey: Journey): Promise<void> {
  const { admin, record, appears, put, set, unset, rows, judged } = journey;
  const failing = await openServer(() => ({ status: 500 }));
  await admin('POST /v1/merchants', { merchantId: 'gone', name: 'Gone', schedule: [1] });
  await admin('POST /v1/merchants/gone/endpoints', { url: failing.url, types: ['*', 'tidings.*'] });
  await record('gone', 'pay_1', { notifyUrl: OWN_URL });
  await record('gone', 'open_1', { status: 'PENDING' });
  await appears('T#gone#pay_1', ({ state }) => state === 'exhausted');
  for (const pk of ['C#gone', 'W#gone', 'I#gone']) await appears(pk, () => true);
  failing.close();
  const now = new Date().toISOString();
  const payload = JSON.stringify({ Keys: { pk: { S: 'T#gone#pay_1' }, sk: { S: 'V#0001' } } });
  await put({ pk: parkedPk(now.slice(0, 10), 'gone'), sk: 'gone', payload, parkedAt: now, reason: 'odd' });
  await putFile(journey);
  await admin('DELETE /v1/merchants/gone?confirm=gone');
  // As if it had been erased long ago, so that nothing of it is on its way any more.
  const longAgo = new Date(Date.now() - HOUR_MS).toISOString();
  await set({ pk: 'M#gone', sk: 'PROFILE' }, 'erasedAt', longAgo);
  const [erasure] = await eventually(
    async () => {
      const found = await rows('J#erasure#gone');
      // Not five minutes between two passes.
      if (found[0]?.passFrom !== undefined) await unset(found[0], 'passFrom');
      return found;
    },
    ([found]) => expect(found).toMatchObject({ state: 'erased' }),
  );
  expect(erasure).toMatchObject({ files: 1 });
  const progress = await admin('GET /v1/merchants/gone/erasure');
  expect(progress).toMatchObject({ state: 'erased', deleted: { files: 1 } });
  for (const pk of ['T#gone#pay_1', 'T#gone#open_1', 'C#gone', 'W#gone', 'I#gone'])
    expect(await rows(pk)).toEqual([]);

  const late = { merchantId: 'gone', transactionId: 'late', listedAt: new Date().toISOString() };
  await put({ ...outcomeRow(late), notifyUrl: OWN_URL });
  await judged.until({ role: 'TidingsRelay', action: 'dynamodb:DeleteItem', key: 'H#' });
  await eventually(
    () => rows('T#gone#late'),
    (left) => expect(left).toEqual([]),
  );
  await leavePendings(journey);
}

async function putFile({ cloud }: Journey): Promise<void> {
  const { credentials, endpoints, resources } = cloud;
  const s3 = new S3Client({
    region: 'us-east-1',
    credentials,
    endpoint: endpoints.s3 ?? '',
    forcePathStyle: true,
  });
  const { name: Bucket } = resources.find('TidingsStatements', 'AWS::S3::Bucket');
  await s3.send(new PutObjectCommand({ Bucket, Key: 'gone/2026-11-20/one.csv', Body: 'a,b' }));
  s3.destroy();
}

/** A check that is due, and an unresolved transaction that an operator resolves. */
async function leavePendings({ admin, api, put, send, rows, service }: Journey): Promise<void> {
  await admin('POST /v1/merchants', { merchantId: UNSEEN, name: 'Unseen' });
  const waiting = pendingRows('waiting');
  const { nextAttemptAt: _due, ...unresolved } = pendingRows('unresolved').check;
  for (const row of [...waiting.rows, pendingRows('unresolved').rows[0] ?? {}]) await put(row);
  await put(checkItem({ ...unresolved, state: 'unresolved', rev: 1 }));
  await admin(`DELETE /v1/merchants/${UNSEEN}?confirm=${UNSEEN}`);
  await send('TidingsCheckLane', { merchantId: UNSEEN, transactionId: 'waiting', rev: 0 });
  const resolve = `POST /v1/unresolved/${UNSEEN}/unresolved/resolve`;
  const end = { status: 'FAILED', occurredAt: '2026-11-20T08:00:00Z' };
  expect((await api(service.adminKey, resolve, end)).json.code).toBe('merchant_erased');
  for (const id of ['waiting', 'unresolved']) {
    await eventually(
      () => rows(`T#${UNSEEN}#${id}`),
      (left) => expect(left).toEqual([]),
    );
  }
}

function pendingRows(id: string): { readonly check: Check; readonly rows: readonly Row[] } {
  const key = {
    merchantId: merchantIdSchema().parse(UNSEEN),
    transactionId: transactionIdSchema().parse(id),
  };
  const preparedAtMs = Date.now();
  const check = newCheck(key, { preparedAtMs, afterSeconds: 60, horizonSeconds: HOUR_MS });
  const recordedAt = new Date(preparedAtMs).toISOString();
  const pending = { ...payment({ status: 'PENDING' }), ...key, version: 1 as const, recordedAt };
  return { check, rows: [outcomeItem(pending, { feedShard: 0, retentionDays: 90 }), checkItem(check)] };
}
