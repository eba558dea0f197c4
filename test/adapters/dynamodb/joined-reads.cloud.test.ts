import { afterAll, describe, expect, it } from 'vitest';
import { PutCommand } from '../../../lib/adapters/dynamodb/documents/document-commands.ts';
import type { Outcome } from '../../../lib/core/model.ts';
import { type DynamoDbTable, startDynamoDbUnderTest } from '../support/emulators.ts';
import { pending, succeeded, transaction } from '../support/samples.ts';
import { useTable } from '../support/throwaway-table.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

describe('reads of outcomes in one turn', () => {
  const table = useTable(() => dynamodb.open()) as () => DynamoDbTable;

  /** Names of the requests from now on. `change` may change an answer. */
  function watchRequests(change: (output: Record<string, unknown>) => void = () => undefined): string[] {
    const names: string[] = [];
    table().table.documents.middlewareStack.add(
      (next, context) => async (args) => {
        names.push(context.commandName ?? '');
        const result = await next(args);
        change(result.output as unknown as Record<string, unknown>);
        return result;
      },
      { step: 'initialize' },
    );
    return names;
  }

  async function recorded(count: number): Promise<readonly Outcome[]> {
    const outcomes = Array.from({ length: count }, (_, number) =>
      succeeded({ transactionId: transaction(`pay_${number}`) }),
    );
    for (const outcome of outcomes) await table().outcomes.putIfAbsent(outcome, 0);
    return outcomes;
  }

  const readAll = (keys: readonly Outcome[]) => Promise.all(keys.map((key) => table().outcomes.read(key)));

  it('share one request, and each gets its own', async () => {
    const outcomes = await recorded(10);
    const requests = watchRequests();
    expect(await readAll(outcomes)).toEqual(outcomes);
    expect(requests).toEqual(['BatchGetItemCommand']);
  });

  it('of the same outcome share its row', async () => {
    const [outcome = succeeded()] = await recorded(1);
    const requests = watchRequests();
    expect(await readAll([outcome, outcome])).toEqual([outcome, outcome]);
    expect(requests).toEqual(['BatchGetItemCommand']);
  });

  it('are cut into requests of a hundred', async () => {
    const outcomes = await recorded(101);
    const requests = watchRequests();
    expect(await readAll(outcomes)).toEqual(outcomes);
    expect(requests).toEqual(['BatchGetItemCommand', 'BatchGetItemCommand']);
  });

  it('tell versions of one transaction apart', async () => {
    const end = succeeded({ version: 2 });
    await table().outcomes.putIfAbsent(pending(), 0);
    await table().outcomes.putIfAbsent(end, 0);
    expect(await readAll([end, pending()])).toEqual([end, pending()]);
  });

  it('are asked again, strongly, for what the shared request left out', async () => {
    const [first = succeeded(), second = succeeded()] = await recorded(2);
    const missing = succeeded({ transactionId: transaction('pay_missing') });
    const requests = watchRequests((output) => {
      const { Responses } = output as { Responses?: Record<string, unknown[]> };
      // As if the table had been too busy for the first of them.
      if (Responses !== undefined) {
        output.Responses = {
          [table().table.name]: Object.values(Responses)[0]?.filter((row) => isOf(row, second)),
        };
      }
    });
    expect(await readAll([first, second, missing])).toEqual([first, second, undefined]);
    expect(requests).toEqual(['BatchGetItemCommand', 'GetItemCommand', 'GetItemCommand']);
  });

  it('fail one by one for a row that cannot be read', async () => {
    const [first = succeeded(), second = succeeded()] = await recorded(2);
    const { name, documents } = table().table;
    await documents.send(
      new PutCommand({
        TableName: name,
        Item: { pk: `T#shop#${first.transactionId}`, sk: 'V#0001', amount: 'x' },
      }),
    );
    const reads = await Promise.allSettled([first, second].map((key) => table().outcomes.read(key)));
    expect(reads).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ code: 'unreadable_row' }) },
      { status: 'fulfilled', value: second },
    ]);
  });

  it('all fail when the table is not to be reached, and can be tried again', async () => {
    const outcomes = await recorded(2);
    let isAway = true;
    watchRequests(() => {
      if (isAway) throw Object.assign(new Error('away'), { name: 'InternalServerError' });
    });
    const reads = await Promise.allSettled(outcomes.map((key) => table().outcomes.read(key)));
    const unavailable = expect.objectContaining({ code: 'unavailable', retryable: true });
    expect(reads).toEqual(outcomes.map(() => ({ status: 'rejected', reason: unavailable })));
    isAway = false;
    expect(await readAll(outcomes)).toEqual(outcomes);
  });
});

/** @param row in attribute values */
function isOf(row: unknown, { transactionId }: Outcome): boolean {
  return (row as { readonly transactionId?: { readonly S?: string } }).transactionId?.S === transactionId;
}
