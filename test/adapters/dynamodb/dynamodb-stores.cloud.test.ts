import { afterAll } from 'vitest';
import { describeDynamoDbErasing } from '../suites/dynamodb/dynamodb-erasing.ts';
import { describeDynamoDbItems } from '../suites/dynamodb/dynamodb-items-suite.ts';
import { describeDynamoDbRows } from '../suites/dynamodb/dynamodb-rows.ts';
import { describeTable } from '../suites/every-store-suite.ts';
import { startDynamoDbUnderTest } from '../support/emulators.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

describeTable('DynamoDB', () => dynamodb.open());
describeDynamoDbItems(dynamodb);
describeDynamoDbRows(dynamodb);
describeDynamoDbErasing(dynamodb);
