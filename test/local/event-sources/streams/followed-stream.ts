import type { ChangeSignal } from '../../../../lib/local/change-signal.ts';
import type { Checkpoints } from '../../../../lib/local/event-sources/checkpoints.ts';
import type { EventSource } from '../../../../lib/local/event-sources/source.ts';
import {
  openStreamReader,
  type StreamReader,
} from '../../../../lib/local/event-sources/streams/stream-reader.ts';
import { startStreamSource } from '../../../../lib/local/event-sources/streams/stream-source.ts';
import type { FunctionPool } from '../../../../lib/local/functions/pool.ts';
import { HONOURED_PROPERTIES } from '../../../../lib/local/template/properties.ts';
import { standInPool } from '../../functions/stand-in-pool.ts';

/** What the stream answers, by operation. */
export type StreamAnswers = Readonly<Record<string, (input: Readonly<Record<string, string>>) => unknown>>;

export function readerOf(answers: StreamAnswers, changes?: ChangeSignal): StreamReader {
  return openStreamReader({
    streams: async <Output>(operation: string, input: unknown) =>
      answers[operation]?.(input as Record<string, string>) as Output,
    streamArn: 'real-arn',
    changes,
  });
}

export interface Followed {
  readonly stream: StreamReader;
  readonly checkpoints: Checkpoints;
  readonly invoke: FunctionPool['invoke'];
  /** Of the mapping, beside those that it must have. */
  readonly properties?: object;
}

/** Starts an event source that reads the stream from its beginning. */
export function followStream({ stream, checkpoints, invoke, properties }: Followed): EventSource {
  return startStreamSource({
    logicalId: 'Mapping',
    properties: HONOURED_PROPERTIES['AWS::Lambda::EventSourceMapping'].parse({
      EventSourceArn: 'arn',
      FunctionName: 'target',
      StartingPosition: 'TRIM_HORIZON',
      ...properties,
    }),
    target: standInPool(invoke),
    log: () => {},
    stream,
    eventSourceArn: 'arn',
    checkpoints,
    discard: async () => {},
  });
}
