import { isObject } from '../../template/json-object.ts';
import type { StreamRecord } from './stream-batch.ts';

/** One shard's tumbling windows, by the rules of the Lambda developer guide ("stateful processing"). */
export interface ShardWindow {
  /** When the window of a record began, in ms since 1970. Windows are aligned to multiples of their length. */
  startOf(record: StreamRecord | undefined): number;
  /** When the current window ends; `undefined`: no record came since the last one ended. */
  readonly endMs: number | undefined;
  /** What the event of a batch says besides its records. It makes their window the current one. */
  fieldsFor(records: readonly StreamRecord[]): object;
  /** The event that ends the current window. */
  finalEvent(): object;
  /** Keeps the state that the function answered. @throws if there is none: for Lambda, the invocation then failed */
  keep(answer: unknown): void;
  /** The function took the final event. */
  end(): void;
}

interface WindowSetting {
  readonly shardId: string;
  readonly eventSourceArn: string;
  readonly lengthSeconds: number;
}

/** The state between invocations is kept in this process only: a restart begins the window again without it. */
export function openShardWindow({ shardId, eventSourceArn, lengthSeconds }: WindowSetting): ShardWindow {
  const lengthMs = lengthSeconds * 1000;
  let startMs: number | undefined;
  let state: object = {};
  const startOf = (record: StreamRecord | undefined) => {
    const atMs = (record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000;
    return atMs - (atMs % lengthMs);
  };
  const fields = (isFinalInvokeForWindow: boolean) => {
    const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
    return {
      window: { start: at(startMs ?? 0), end: at((startMs ?? 0) + lengthMs) },
      state,
      shardId,
      eventSourceARN: eventSourceArn,
      isFinalInvokeForWindow,
      isWindowTerminatedEarly: false,
    };
  };
  return {
    startOf,
    get endMs() {
      return startMs === undefined ? undefined : startMs + lengthMs;
    },
    fieldsFor(records) {
      startMs = startOf(records[0]);
      return fields(false);
    },
    finalEvent: () => ({ Records: [], ...fields(true) }),
    keep(answer) {
      const answered = isObject(answer) ? answer.state : undefined;
      if (!isObject(answered)) throw new Error('a function with a tumbling window must answer with a state');
      state = answered;
    },
    end() {
      startMs = undefined;
      state = {};
    },
  };
}
