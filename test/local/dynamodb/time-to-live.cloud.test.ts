import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { useLocalCloud } from '../fixture/harness.ts';

const fixture = await useLocalCloud();

const inSeconds = (seconds: number) => ({ N: String(Math.floor(Date.now() / 1000) + seconds) });

it('deletes expired items, and no others', async () => {
  const { cloud, dynamodb, item } = await fixture.start({
    expiry: { latenessSeconds: 0, intervalSeconds: 0.2 },
  });
  const TableName = cloud.resources.find('Table', 'AWS::DynamoDB::Table').name;
  const put = (name: string, rest = {}) =>
    dynamodb.send(new PutItemCommand({ TableName, Item: { pk: { S: name }, sk: { S: 'X' }, ...rest } }));
  await put('lasting');
  await put('later', { expiresAt: inSeconds(3_600) });
  await put('text', { expiresAt: { S: '1' } });
  await put('expired', { expiresAt: inSeconds(-5) });
  await eventually(
    () => item('expired', 'X'),
    (seen) => expect(seen).toBeUndefined(),
  );
  for (const name of ['lasting', 'later', 'text']) expect(await item(name, 'X')).toBeDefined();
});

it('is late by default: nothing may depend on the time of a deletion', async () => {
  const { cloud, dynamodb, item } = await fixture.start({ expiry: { intervalSeconds: 0.1 } });
  const TableName = cloud.resources.find('Table', 'AWS::DynamoDB::Table').name;
  const names = Array.from({ length: 20 }, (_, index) => `item ${index}`);
  for (const name of names) {
    const day = inSeconds(-24 * 60 * 60);
    await dynamodb.send(
      new PutItemCommand({ TableName, Item: { pk: { S: name }, sk: { S: 'X' }, expiresAt: day } }),
    );
  }
  const left = async () => {
    const items = await Promise.all(names.map((name) => item(name, 'X')));
    return items.filter((one) => one !== undefined).length;
  };
  // Expired for a day, of at most two: about half of them are deleted.
  await eventually(left, (seen) => expect(seen).toBeLessThan(20));
  expect(await left()).toBeGreaterThan(0);
});
