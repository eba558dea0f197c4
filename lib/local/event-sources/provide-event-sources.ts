import type { AwsCall } from '../aws/aws-client.ts';
import type { ChangeSignal } from '../change-signal.ts';
import { LocalCloudError } from '../errors.ts';
import { processorLoad } from '../functions/processor-load.ts';
import type { Functions } from '../functions/provide-functions.ts';
import type { Log } from '../logging/log.ts';
import type { State } from '../storage/state.ts';
import type { Resource, Stack } from '../template/stack-resources.ts';
import { openCheckpoints } from './checkpoints.ts';
import { compileFilters } from './filter.ts';
import type { EventSource } from './source.ts';
import { type SqsSourceSetting, startSqsSource } from './sqs-source.ts';
import type { StreamRecord } from './streams/stream-batch.ts';
import { openStreamReader, type StreamReader } from './streams/stream-reader.ts';
import { startStreamSource } from './streams/stream-source.ts';

export interface EventSourcesSetting {
  readonly stack: Stack;
  readonly functions: Functions;
  readonly state: State;
  /** For the cloud itself. */
  readonly sqs: AwsCall;
  /** Returns a client for the pollers of a function: as on AWS, they read with its role. */
  pollingSqs(functionName: string): AwsCall;
  /** Duration of a long poll in seconds; see `SqsSourceSetting`. */
  readonly waitSeconds: number;
  /** Maximum number of batches of one queue that run at once. */
  readonly workers: number;
  readonly streams: AwsCall;
  /** Announces writes to the tables; `undefined`: nobody sees them. */
  readonly changes: ChangeSignal | undefined;
  /** The stream ARNs of the tables as DynamoDB names them, by the tables' logical ids. */
  readonly streamArns: ReadonlyMap<string, string>;
  readonly log: Log;
}

/**
 * Starts the enabled event source mappings.
 * @throws LocalCloudError `unsupported_template` before any is started, if one is not supported
 */
export function startEventSources(setting: EventSourcesSetting): readonly EventSource[] {
  const isBusy = processorLoad();
  const streamOf = streamReaders(setting);
  const starters = setting.stack.ofType('AWS::Lambda::EventSourceMapping').map((mapping) => {
    // Disabled mappings are checked too.
    compileFilters(mapping.logicalId, mapping.properties);
    return { mapping, start: prepare({ ...setting, isBusy, streamOf }, mapping) };
  });
  return starters.filter(({ mapping }) => mapping.properties.Enabled).map(({ start }) => start());
}

/** One reader for all event sources of a stream. */
function streamReaders({ streams, changes }: EventSourcesSetting): (streamArn: string) => StreamReader {
  const readers = new Map<string, StreamReader>();
  return (streamArn) => {
    const reader = readers.get(streamArn) ?? openStreamReader({ streams, streamArn, changes });
    readers.set(streamArn, reader);
    return reader;
  };
}

interface SharedBySources extends EventSourcesSetting, Pick<SqsSourceSetting, 'isBusy'> {
  readonly streamOf: (streamArn: string) => StreamReader;
}

function prepare(
  setting: SharedBySources,
  { logicalId, properties }: Resource<'AWS::Lambda::EventSourceMapping'>,
): () => EventSource {
  const { stack, log } = setting;
  const target = setting.functions.find(properties.FunctionName);
  if (target === undefined) throw unknownEnd(logicalId, properties.FunctionName);
  const base = { logicalId, properties, target, log };

  const queue = stack
    .ofType('AWS::SQS::Queue')
    .find(({ physical }) => physical.arn === properties.EventSourceArn);
  if (queue !== undefined) {
    return () =>
      startSqsSource({
        ...base,
        call: setting.pollingSqs(target.logicalId),
        lambda: setting.sqs,
        waitSeconds: setting.waitSeconds,
        workers: setting.workers,
        isBusy: setting.isBusy,
        queueUrl: queue.physical.ref,
        queueArn: queue.physical.arn,
        deadLetterUrl: stack
          .ofType('AWS::SQS::Queue')
          .find(({ physical }) => physical.arn === queue.properties.RedrivePolicy?.deadLetterTargetArn)
          ?.physical.ref,
      });
  }

  const table = stack
    .ofType('AWS::DynamoDB::Table')
    .find(({ physical }) => physical.attributes.StreamArn === properties.EventSourceArn);
  const streamArn = table && setting.streamArns.get(table.logicalId);
  if (table === undefined || streamArn === undefined) throw unknownEnd(logicalId, properties.EventSourceArn);
  if (properties.StartingPosition === undefined) {
    throw new LocalCloudError('unsupported_template', `${logicalId}: a stream needs a StartingPosition.`);
  }
  return () =>
    startStreamSource({
      ...base,
      stream: setting.streamOf(streamArn),
      eventSourceArn: properties.EventSourceArn,
      checkpoints: openCheckpoints(setting.state, logicalId, streamArn),
      discard: (records, attempts, reason) =>
        discard(setting, { logicalId, properties }, { records, attempts, reason }),
    });
}

interface GivenUp {
  readonly records: readonly StreamRecord[];
  readonly attempts: number;
  readonly reason: string;
}

/** Reports discarded records to the mapping's destination, in Lambda's format. */
async function discard(
  setting: EventSourcesSetting,
  { logicalId, properties }: Pick<Resource<'AWS::Lambda::EventSourceMapping'>, 'logicalId' | 'properties'>,
  { records, attempts, reason }: GivenUp,
): Promise<void> {
  const { DestinationConfig, EventSourceArn, FunctionName } = properties;
  const line = `${records.length} records were discarded after ${attempts} attempts: ${reason}`;
  setting.log({ source: logicalId, stream: 'event', line });
  const arn = DestinationConfig?.OnFailure.Destination;
  const queue = setting.stack.ofType('AWS::SQS::Queue').find(({ physical }) => physical.arn === arn);
  if (queue === undefined) return;
  const [first, last] = [records[0], records.at(-1)];
  await setting.sqs('SendMessage', {
    QueueUrl: queue.physical.ref,
    MessageBody: JSON.stringify({
      requestContext: { functionArn: FunctionName, condition: reason, approximateInvokeCount: attempts },
      version: '1.0',
      timestamp: new Date().toISOString(),
      DDBStreamBatchInfo: {
        startSequenceNumber: first?.dynamodb.SequenceNumber,
        endSequenceNumber: last?.dynamodb.SequenceNumber,
        batchSize: records.length,
        streamArn: EventSourceArn,
      },
    }),
  });
}

function unknownEnd(logicalId: string, end: string): LocalCloudError {
  return new LocalCloudError(
    'unsupported_template',
    `${logicalId}: ${end} is not a queue, stream or function of the stack.`,
  );
}
