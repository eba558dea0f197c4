import type { FunctionPool } from '../../../lib/local/functions/pool.ts';

/** A pool that has room at once and processes events by `invoke`, one at a time unless `changes` say otherwise. */
export function standInPool(
  invoke: FunctionPool['invoke'],
  changes: Partial<Pick<FunctionPool, 'size' | 'room'>> = {},
): FunctionPool {
  return {
    logicalId: 'Target',
    name: 'target',
    arn: 'arn:target',
    mayRecurse: false,
    size: 1,
    running: 0,
    room: async () => {},
    stop: async () => {},
    invoke,
    ...changes,
  };
}
