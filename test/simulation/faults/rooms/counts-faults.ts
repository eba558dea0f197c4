import { altered, type DeliberateFault, hook, hookInside, nothing } from '../deliberate-fault.ts';

/** `lib/core/counts`: attempts and states by endpoint and hour. */

const counting = () => import('../../../../lib/core/counts/count-writes.ts');
const writes = () => import('../../../../lib/core/counts/counted-writes.ts');
const fence = () => import('../../../../lib/core/deliver/state/fence.ts');

export const countsFaults: readonly DeliberateFault[] = [
  {
    name: 'a batch that comes again is counted again',
    at: hookInside(counting, {
      countWrites: (real) => (ports, shard, batch) => {
        const { counts } = ports;
        const add: typeof counts.add = (addition) => counts.add({ ...addition, first: '9'.repeat(40) });
        return real({ ...ports, counts: altered(counts, { add }) }, shard, batch);
      },
    }),
  },
  {
    name: 'a row that is counted in part is taken for counted',
    at: hookInside(counting, {
      countWrites: (real) => (ports, shard, batch) => {
        const { counts } = ports;
        const add: typeof counts.add = async (addition) => (await counts.add(addition)) || true;
        return real({ ...ports, counts: altered(counts, { add }) }, shard, batch);
      },
    }),
  },
  {
    name: 'a batch that could not be counted is let go',
    at: hook(counting, {
      countWrites: (real) => (ports, shard, batch) => real(ports, shard, batch).catch(nothing),
    }),
  },
  {
    name: 'all shards share one mark',
    at: hook(counting, {
      countWrites: (real) => (ports, _shard, batch) => real(ports, 'one', batch),
    }),
  },
  {
    name: 'every write of a notification counts as its last attempt',
    at: hook(writes, {
      countedInWrite: (real) => (written, streamed) =>
        real({ ...written, attemptRev: written.rev }, streamed),
    }),
  },
  {
    name: 'a write that keeps the state counts as a change of it',
    at: hook(writes, {
      countedInWrite: (real) => (written, streamed) => {
        const counted = real(written, streamed);
        if (counted === undefined || counted.move !== undefined) return counted;
        return { ...counted, move: { from: 'none', to: written.state } };
      },
    }),
  },
  {
    name: 'the state before is forgotten where a notification was read',
    at: hook(fence, {
      saveNotification: (real) => (ports, next, seen) => {
        const { notifications } = ports;
        const save: typeof notifications.save = (item, rev) =>
          notifications.save({ ...item, stateBefore: 'none' }, rev);
        return real({ ...ports, notifications: altered(notifications, { save }) }, next, seen);
      },
    }),
  },
  {
    name: 'what the audit expects is counted without what was counted before',
    at: hook(writes, {
      expectationInWrite: (real) => (stored, streamed) => ({ ...real(stored, streamed), change: 1 }),
    }),
  },
  {
    name: 'what the audit expects of a window is not kept',
    at: hookInside(() => import('../../../../lib/core/bookkeeping/audit.ts'), {
      auditPartitions: (real) => (ports, run) => {
        const keep: typeof ports.expectations.keep = async () => undefined;
        return real({ ...ports, expectations: altered(ports.expectations, { keep }) }, run);
      },
    }),
  },
];
