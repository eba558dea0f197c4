import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Able, ReceiverAddress, Target } from '../target.ts';
import { loopbackReceiver } from './receiver-address.ts';

/** A deployed stack, as its deployment describes it. */
export interface DeployedStack {
  readonly name: string;
  readonly apiUrl: string;
  readonly rootKey: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Default: the SDK's own chain, with the profile of the environment. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Default: AWS's own. */
  readonly endpoints?: { readonly sqs: string; readonly events: string; readonly dynamodb: string };
  /** Default: loopback, for targets on this machine. */
  readonly receiver?: Able<ReceiverAddress>;
  /** Why the table of this target must not be written. Default: it may be. */
  readonly keepsTable?: string;
}

/** Where emulators are, and who answers to any region. */
const REGION = 'us-east-1';

/** A target with clients for everything that its outputs name. */
export function deployedTarget(stack: DeployedStack): Target {
  const { outputs, endpoints, credentials, keepsTable } = stack;
  const settings = (endpoint: string | undefined) => ({
    ...(endpoint !== undefined && { endpoint, region: REGION }),
    ...(credentials !== undefined && { credentials }),
  });
  const sqs = new SQSClient(settings(endpoints?.sqs));
  const events = new EventBridgeClient(settings(endpoints?.events));
  const dynamodb = new DynamoDBClient(settings(endpoints?.dynamodb));
  const missing = (output: string) => ({
    cannot: `the outputs of the stack name no ${output} (see --outputs)`,
  });
  const { IntakeQueueUrl: QueueUrl, TableName } = outputs;
  return {
    name: stack.name,
    apiUrl: stack.apiUrl,
    rootKey: stack.rootKey,
    receiver: stack.receiver ?? loopbackReceiver(),
    queue:
      QueueUrl === undefined
        ? missing('IntakeQueueUrl')
        : async (MessageBody) => void (await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }))),
    events: QueueUrl === undefined ? missing('IntakeQueueUrl') : putter(events),
    table:
      keepsTable !== undefined || TableName === undefined
        ? { cannot: keepsTable ?? missing('TableName').cannot }
        : { documents: DynamoDBDocumentClient.from(dynamodb), name: TableName },
    async stop() {
      for (const client of [sqs, events, dynamodb]) client.destroy();
    },
  };
}

function putter(events: EventBridgeClient) {
  return async (DetailType: string, Detail: string): Promise<void> => {
    const entry = { Source: 'bank', DetailType, Detail };
    const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
    if (FailedEntryCount !== 0) throw new Error('The bus did not accept the event.');
  };
}
