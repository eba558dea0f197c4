import { afterAll } from 'vitest';
import { describeTable } from './suites/all.ts';
import { describeDynamoDbItems } from './suites/dynamodb-items.ts';
import { describeDynamoDbRows } from './suites/dynamodb-rows.ts';
import { startDynamoDbUnderTest } from './support/dynamodb.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

describeTable('DynamoDB', () => dynamodb.open());
describeDynamoDbItems(dynamodb);
describeDynamoDbRows(dynamodb);
