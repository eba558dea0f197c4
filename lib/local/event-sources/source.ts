import type { FunctionPool } from '../functions/pool.ts';
import type { Log } from '../logging/log.ts';
import type { MappingProperties } from '../template/properties.ts';

/** The settings that every event source needs. */
export interface SourceSetting {
  readonly logicalId: string;
  readonly properties: MappingProperties;
  readonly target: FunctionPool;
  readonly log: Log;
}

/** A running poller. */
export interface EventSource {
  /** Starts no more batches, and resolves when the current ones are settled. */
  stop(): Promise<void>;
}
