import { afterAll, describe, expect, it } from 'vitest';
import { type DynamoDbTable, startDynamoDbUnderTest } from '../support/emulators.ts';
import { SHOP } from '../support/samples.ts';
import { useTable } from '../support/throwaway-table.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

const NOW_MS = Date.parse('2026-11-20T08:00:00.000Z');
const times = { nowMs: NOW_MS, untilMs: NOW_MS + 10_000 };
const place = { merchantId: SHOP, name: 'test#ep_1' };

describe('the gate', () => {
  const table = useTable(() => dynamodb.open()) as () => DynamoDbTable;

  /** Loses the answer to the first write, after the table made it. Returns the number of times that it is sent. */
  function loseFirstAnswer(): () => number {
    let sent = 0;
    table().table.documents.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'PutItemCommand') return next(args);
        sent += 1;
        const isLost = sent === 1;
        const result = await next(args);
        if (isLost) throw Object.assign(new Error('the answer was lost'), { name: 'TimeoutError' });
        return result;
      },
      { step: 'deserialize', priority: 'high' },
    );
    return () => sent;
  }

  it('lets its caller in also if the answer to the write was lost, and the SDK repeated it', async () => {
    const sent = loseFirstAnswer();
    expect(await table().gate.enter(place, times)).toEqual({ kind: 'entered' });
    expect(sent()).toBe(2);
    expect(await table().gate.enter(place, times)).toEqual({ kind: 'closed', untilMs: times.untilMs });
  });

  it('lets no second caller in that asks for the same times', async () => {
    expect(await table().gate.enter(place, times)).toEqual({ kind: 'entered' });
    expect(await table().gate.enter(place, times)).toEqual({ kind: 'closed', untilMs: times.untilMs });
  });
});
