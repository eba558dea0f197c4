import { startTrimming } from '../../dynamodb/stream-records.ts';
import type { Log } from '../../logging/log.ts';
import type { State } from '../../storage/state.ts';
import type { Stack } from '../../template/stack-resources.ts';
import { passedByAll } from '../checkpoints.ts';

export interface TrimStreamsSetting {
  readonly stack: Stack;
  readonly state: State;
  /** The stream ARNs of the tables as DynamoDB names them, by the tables' logical ids. */
  readonly streamArns: ReadonlyMap<string, string>;
  /** dynoxide's SQLite file. */
  readonly databasePath: string;
  readonly log: Log;
}

/** Trims the tables' streams up to what all their event source mappings have processed. Disabled mappings do not count. */
export function trimStreams({ stack, state, streamArns, databasePath, log }: TrimStreamsSetting): {
  stop(): void;
} {
  const readers = new Map(
    stack.ofType('AWS::DynamoDB::Table').map(({ logicalId, physical }) => {
      const mappings = stack
        .ofType('AWS::Lambda::EventSourceMapping')
        .filter(
          ({ properties }) =>
            properties.EventSourceArn === physical.attributes.StreamArn && properties.Enabled,
        )
        .map((mapping) => mapping.logicalId);
      return [physical.ref, { streamArn: streamArns.get(logicalId), mappings }] as const;
    }),
  );
  return startTrimming({
    databasePath,
    log,
    passedByAll: ({ tableName, shardId }) => {
      const read = readers.get(tableName);
      if (read?.streamArn === undefined) return undefined;
      return passedByAll(state, { streamArn: read.streamArn, shardId, mappings: read.mappings });
    },
  });
}
