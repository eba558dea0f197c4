import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { commitWithOutcome } from '../../../lib/initiator/dynamodb.ts';
import { ended, ownItems } from './own-items.ts';

/** Commits, and dies without a word: `stamped`, before the request goes out, or `committed`, before its answer. */
const [point = '', tableName = '', commitId = ''] = process.argv.slice(2);

const inner = new DynamoDBClient({ maxAttempts: 1 });
inner.middlewareStack.add(
  (next, context) => async (args) => {
    const isCommit = context.commandName === 'TransactWriteItemsCommand';
    if (isCommit && point === 'stamped') process.kill(process.pid, 'SIGKILL');
    const answer = await next(args);
    if (isCommit && point === 'committed') process.kill(process.pid, 'SIGKILL');
    return answer;
  },
  { step: 'deserialize', priority: 'low' },
);
const client = DynamoDBDocumentClient.from(inner);
const id = `pay_${point}`;
const own = ownItems({ name: tableName, documents: client });
await commitWithOutcome(client, {
  tableName,
  transactItems: [own.count(id), own.take(`${id}-lock`)],
  outcome: ended(id),
  commitId,
});
