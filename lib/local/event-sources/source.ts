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

/** Waits, but ends early when `stopping` is aborted. */
export async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted || milliseconds <= 0) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    stopping.addEventListener('abort', end);
  });
}
