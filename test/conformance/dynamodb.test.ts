import { afterAll } from 'vitest';
import { describeTable } from './suites/all.ts';
<<<<<<< HEAD
import { describeDynamoDbItems } from './suites/dynamodb-items.ts';
=======
>>>>>>> 0fb8dc91970f5c5b824f6572ef4e81d5f934a617
import { startDynamoDbUnderTest } from './support/dynamodb.ts';

const dynamodb = await startDynamoDbUnderTest();
afterAll(() => dynamodb.stop());

describeTable('DynamoDB', () => dynamodb.open());
<<<<<<< HEAD
describeDynamoDbItems(dynamodb);
=======
>>>>>>> 0fb8dc91970f5c5b824f6572ef4e81d5f934a617
