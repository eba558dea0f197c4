import { mkdirSync } from 'node:fs';
import { Agent } from 'undici';
import { openAccessKey } from '../../lib/local/aws/access-key.ts';
import { type AwsCall, awsClient } from '../../lib/local/aws/aws-client.ts';
import { createAwsServer } from '../../lib/local/aws/aws-server.ts';
import { close, listen } from '../../lib/local/aws/listen.ts';
import { provideDynamoDb, provideTables } from '../../lib/local/dynamodb/provide-dynamodb.ts';
import { openGuard } from '../../lib/local/iam/guard.ts';
import { provideIam } from '../../lib/local/iam/provide-iam.ts';
import { SqsStore } from '../../lib/local/sqs/queue-store.ts';
import { sqsService } from '../../lib/local/sqs/sqs-api.ts';
import { openState } from '../../lib/local/storage/state.ts';
import type { Assembly } from '../../lib/local/template/assembly.ts';
import { resolveStack } from '../../lib/local/template/stack-resources.ts';

/** One kind of call, made once. */
interface Calls {
  readonly table: () => Promise<unknown>;
  readonly queue: () => Promise<unknown>;
}

export interface CallSource {
  /** Calls of the function `record`, whose role is judged, or calls that nobody judges. */
  readonly judged: Calls;
  readonly unjudged: Calls;
  stop(): Promise<void>;
}

/** Starts the table and the queues twice: once with IAM enforced, once without. */
export async function openCalls(assembly: Assembly, dataDir: string): Promise<CallSource> {
  const [judged, unjudged] = [
    await open(assembly, { dataDir: `${dataDir}/on`, isUnjudged: false }),
    await open(assembly, { dataDir: `${dataDir}/off`, isUnjudged: true }),
  ];
  return {
    judged,
    unjudged,
    async stop() {
      await judged.stop();
      await unjudged.stop();
    },
  };
}

interface Place {
  readonly dataDir: string;
  readonly isUnjudged: boolean;
}

async function open(assembly: Assembly, { dataDir, isUnjudged }: Place) {
  mkdirSync(dataDir, { recursive: true });
  const stops: (() => Promise<void>)[] = [];
  const state = openState(dataDir);
  const key = openAccessKey(dataDir);
  const log = () => undefined;
  const guard = openGuard({ key, log });
  const store = new SqsStore(state);
  let address = '';
  const server = createAwsServer({ json: [sqsService(store, () => address)], rest: [], guard, log });
  address = await listen(server, 0);
  const stack = resolveStack(assembly, { sqs: address, api: address });
  const iam = provideIam({ stack, key, guard, isUnjudged, log });
  const dynamodb = await provideDynamoDb(undefined, { dataDir, stack, guard, isUnjudged, log }, (stop) =>
    stops.push(stop),
  );
  const connections = new Agent();
  await provideTables(awsClient('dynamodb', dynamodb.inner, { connections, key }), stack);
  const record = stack
    .ofType('AWS::Lambda::Function')
    .find(({ logicalId }) => logicalId.startsWith('TidingsRecord'));
  const signer = iam.signerOf(record?.logicalId ?? '');
  const [table] = stack.ofType('AWS::DynamoDB::Table');
  const queue = stack
    .ofType('AWS::SQS::Queue')
    .find(({ logicalId }) => logicalId.startsWith('TidingsIntakeDeadLetters'));
  store.define(queue?.physical.name ?? '', {});
  const client = (service: 'dynamodb' | 'sqs', endpoint: string): AwsCall =>
    awsClient(service, endpoint, { connections, ...signer });
  const [toTable, toQueue] = [client('dynamodb', dynamodb.endpoint), client('sqs', address)];
  const item = { pk: { S: 'T#bench#pay_1' }, sk: { S: 'V#1' }, payload: { S: 'x'.repeat(600) } };
  return {
    table: () => toTable('PutItem', { TableName: table?.physical.name, Item: item }),
    queue: () => toQueue('SendMessage', { QueueUrl: queue?.physical.url, MessageBody: '{}' }),
    async stop() {
      await connections.destroy();
      for (const stop of stops.reverse()) await stop();
      store.stop();
      await close(server);
      state.close();
    },
  };
}
