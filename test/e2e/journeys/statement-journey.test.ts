import { createHash } from 'node:crypto';
import { BatchWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDigestSum } from '../../../lib/core/feed/digest.ts';
import { isTerminal, outcomeSchema, type TerminalOutcome } from '../../../lib/core/model.ts';
import { partitionOf } from '../../../lib/core/partitions.ts';
import { isoTime } from '../../../lib/core/time.ts';
import { dateAfter, dateAt, startOfDate } from '../../../lib/core/time-zone.ts';
import { outcomeItem } from '../../../lib/protocol/table/outcome-layout.ts';
import { eventually } from '../../support/eventually.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { type ServiceCloud, startServiceCloud } from '../../support/running/service-cloud.ts';
import { verified } from '../../support/verified.ts';
import { payment } from '../../support/world.ts';

const HOUR_MS = 3_600_000;
/** No window of an hour ends where a day of this zone does. */
const TIME_ZONE = 'Asia/Kathmandu';
const ENVIRONMENT = { TIDINGS_FEED_LAG_SECONDS: '3', TIDINGS_WINDOW_SECONDS: '3600' };
/** By then the last window of a day is closed, so a day that has just ended is not asked for. */
const CLOSED_BY_MS = 2 * HOUR_MS;
const SHARDS = 3;
const OUTCOMES = 400;
/** Rows of one write. */
const BATCH = 25;

/**
 * Nobody waits for a day to pass. While nothing is closed yet, the merchant is made to be two days old, with outcomes
 * as they would have been written then; what closes those days, states them and answers are the deployed bundles.
 */
describe('the statement of yesterday, by the deployed bundles', () => {
  const dataDir = temporaryDirectory();
  const today = dateAt(Date.now() - CLOSED_BY_MS, TIME_ZONE);
  const yesterday = dateAt(startOfDate(today, TIME_ZONE) - 1, TIME_ZONE);
  const [fromMs, toMs] = [yesterday, dateAfter(yesterday)].map((date) => startOfDate(date, TIME_ZONE)) as [
    number,
    number,
  ];
  const rows: TerminalOutcome[] = [];
  let service: ServiceCloud;
  let secret: string;
  let receiverKey: string;

  beforeAll(async () => {
    service = await startServiceCloud({ dataDir, environment: ENVIRONMENT, jobs: [] });
    const { create } = service;
    const merchant = { merchantId: 'alpha', name: 'Alpha', feedShards: SHARDS, timeZone: TIME_ZONE };
    secret = (await create('POST /v1/merchants', merchant)).secret;
    receiverKey = (await create('POST /v1/merchants/alpha/keys', { scope: 'receiver' })).key;
    await growOlder();
    for (let index = 0; index < OUTCOMES; index += BATCH) await listed(index);
    await service.stop();
    service = await startServiceCloud({ dataDir, environment: ENVIRONMENT, jobs: ['Close', 'Statement'] });
  });
  afterAll(async () => {
    await service.stop();
    removeDirectory(dataDir);
  });

  async function growOlder(): Promise<void> {
    const createdAt = isoTime(fromMs - 24 * HOUR_MS);
    for (const [pk, sk] of [
      ['M#alpha', 'PROFILE'],
      [`D#${partitionOf('alpha')}`, 'M#alpha'],
    ]) {
      await service.documents.send(
        new UpdateCommand({
          TableName: service.TableName,
          Key: { pk, sk },
          UpdateExpression: 'SET createdAt = :then',
          ExpressionAttributeValues: { ':then': createdAt },
        }),
      );
    }
  }

  /** Writes the outcomes from this one on that fit into one request. */
  async function listed(first: number): Promise<void> {
    const items = Array.from({ length: BATCH }, (_, n) => itemOf(first + n));
    const RequestItems = { [service.TableName]: items.map((Item) => ({ PutRequest: { Item } })) };
    await service.documents.send(new BatchWriteCommand({ RequestItems }));
  }

  function itemOf(index: number) {
    const ms = fromMs - 2 * HOUR_MS + index * 277_777;
    const time = isoTime(ms);
    const outcome = outcomeSchema().parse({
      ...payment({
        amount: index,
        status: index % 5 === 0 ? 'FAILED' : 'SUCCEEDED',
        reference: `=ORDER,${index}`,
      }),
      merchantId: 'alpha',
      transactionId: `pay_${index}`,
      version: 1,
      recordedAt: time,
      listedAt: time,
    });
    if (isTerminal(outcome) && ms >= fromMs && ms < toMs) rows.push(outcome);
    return { ...outcomeItem(outcome, { feedShard: index % SHARDS, retentionDays: 90 }) };
  }

  /** Asks until it is there; until then it is not ready, and nothing else. */
  async function statement() {
    const ask = () => service.api(receiverKey, `GET /v1/statements/${yesterday}`);
    const refusals = new Set<string>();
    const look = async () => {
      const { status, json } = await ask();
      if (status !== 200) refusals.add(`${status} ${json.code}, ready after ${typeof json.readyAfter}`);
      return status;
    };
    await eventually(look, (status) => expect(status).toBe(200));
    for (const said of refusals) expect(said).toBe('409 statement_not_ready, ready after string');
    return ask();
  }

  it('is signed, and its link leads to the file of that hash, with every row of the day', async () => {
    const answer = await statement();
    expect(verified(answer, secret)).toEqual(answer.json);
    const { url, ...json } = answer.json;
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('300');
    expect(json).toMatchObject({
      date: yesterday,
      timeZone: TIME_ZONE,
      from: isoTime(fromMs),
      to: isoTime(toMs),
      rows: rows.length,
    });
    const response = await fetch(url);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(bytes.length).toBe(json.bytes);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(json.sha256);

    const records: string[][] = parse(bytes, { relax_column_count: true, record_delimiter: '\r\n' });
    const columnsAt = records.findIndex(([first]) => first === 'transactionId');
    expect(records.slice(columnsAt + 1)).toEqual(
      rows.map((row) => [
        row.transactionId,
        '1',
        'payment',
        row.status,
        String(row.amount),
        'CNY',
        `'${row.reference}`,
        row.occurredAt,
        row.listedAt,
      ]),
    );
    const sum = createDigestSum();
    for (const row of rows) sum.add(row);
    expect(records.filter(([first]) => first === '#total').map(([, ...fields]) => fields)).toEqual(
      sum.groups().map((group) => Object.values(group).map(String)),
    );
  });
});
