import { mkdirSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { expect, it } from 'vitest';
import { startDynamoDb } from '../../lib/local/dynamodb/dynamodb-server.ts';
import { eventually } from '../support/eventually.ts';
import { useLocalCloud } from './fixture/harness.ts';

const fixture = await useLocalCloud();

it('runs on a DynamoDB and an SQS that were started elsewhere', async () => {
  const dynamodbDir = fixture.newDataDir();
  mkdirSync(dynamodbDir, { recursive: true });
  const [dynamodb, sqs] = await Promise.all([
    startDynamoDb(dynamodbDir, () => {}),
    startFauxqs({ port: 0, logger: false, host: '127.0.0.1' }),
  ]);
  try {
    const { cloud, result } = await fixture.start({
      dynamodbEndpoint: dynamodb.endpoint,
      sqsEndpoint: `http://127.0.0.1:${sqs.port}`,
    });
    expect(cloud.endpoints).toMatchObject({
      dynamodb: dynamodb.endpoint,
      sqs: `http://127.0.0.1:${sqs.port}`,
    });
    await fetch(`${cloud.apiUrl}/things/abroad`, { method: 'PUT', body: '{}' });
    await eventually(
      () => result('abroad'),
      (seen) => expect(seen).toMatchObject({ runs: 1 }),
    );
    expect(sqs.inspectQueue(cloud.resources.find('Work', 'AWS::SQS::Queue').name)).toBeDefined();
    // Before the servers go: polls on a queue of others are not broken off.
    await cloud.stop();
  } finally {
    await Promise.all([dynamodb.stop(), sqs.stop()]);
  }
});
