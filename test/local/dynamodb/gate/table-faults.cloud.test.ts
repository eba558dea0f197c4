import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import type { FaultChances } from '../../../../lib/local/seeded-faults.ts';
import { useLocalCloud } from '../../fixture/harness.ts';
import { allow } from '../../iam/edited-policies.ts';
import { credentialsOf } from '../../iam/function-clients.ts';

const fixture = await useLocalCloud();

/** The table, as a function and as the administrator see it, while each fault in `chances` happens each time. */
async function tableWith(chances: Omit<FaultChances, 'seed'>) {
  const { cloud, dynamodb, item } = await fixture.start({
    assemblyDir: fixture.assembly((template) =>
      allow(template, { Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }),
    ),
    faults: { seed: 1, ...chances },
  });
  const TableName = cloud.resources.find('Table', 'AWS::DynamoDB::Table').name;
  const ofFunction = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: cloud.endpoints.dynamodb,
    credentials: await credentialsOf(cloud),
    maxAttempts: 1,
  });
  const Put = (pk: string) => ({ TableName, Item: { pk: { S: pk }, sk: { S: 'X' } } });
  const transact = () => [{ Put: Put('one') }, { Put: Put('two') }];
  return {
    item,
    put: () => ofFunction.send(new PutItemCommand(Put('one'))),
    read: () => ofFunction.send(new GetItemCommand({ TableName, Key: Put('one').Item })),
    transact: () => ofFunction.send(new TransactWriteItemsCommand({ TransactItems: transact() })),
    putAsAdministrator: () => dynamodb.send(new PutItemCommand(Put('one'))),
  };
}

it('throttles the writes of functions by a seeded fault, and nothing else', async () => {
  const table = await tableWith({ throttledWrite: 1 });
  await expect(table.put()).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  await expect(table.transact()).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'ProvisionedThroughputExceeded' }, { Code: 'None' }],
  });
  expect(await table.item('one', 'X')).toBeUndefined();
  await table.read();
  await table.putAsAdministrator();
  expect(await table.item('one', 'X')).toBeDefined();
});

it('cancels transactions of functions for a conflict by a seeded fault, and nothing else', async () => {
  const table = await tableWith({ transactionConflict: 1 });
  await expect(table.transact()).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
  });
  expect(await table.item('one', 'X')).toBeUndefined();
  await table.put();
  expect(await table.item('one', 'X')).toBeDefined();
});
