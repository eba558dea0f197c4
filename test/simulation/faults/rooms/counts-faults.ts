import { altered, type DeliberateFault, hook, hookInside, nothing } from '../deliberate-fault.ts';

/** `lib/core/counts`: attempts by endpoint and hour. */

const counting = () => import('../../../../lib/core/counts/count-attempts.ts');

export const countsFaults: readonly DeliberateFault[] = [
  {
    name: 'a batch that comes again is counted again',
    at: hookInside(counting, {
      countAttempts: (real) => (ports, shard, attempts) => {
        const { counts } = ports;
        const add: typeof counts.add = (addition) => counts.add({ ...addition, first: '9'.repeat(40) });
        return real({ ...ports, counts: altered(counts, { add }) }, shard, attempts);
      },
    }),
  },
  {
    name: 'a row that is counted in part is taken for counted',
    at: hookInside(counting, {
      countAttempts: (real) => (ports, shard, attempts) => {
        const { counts } = ports;
        const add: typeof counts.add = async (addition) => (await counts.add(addition)) || true;
        return real({ ...ports, counts: altered(counts, { add }) }, shard, attempts);
      },
    }),
  },
  {
    name: 'a batch that could not be counted is let go',
    at: hook(counting, {
      countAttempts: (real) => (ports, shard, attempts) => real(ports, shard, attempts).catch(nothing),
    }),
  },
  {
    name: 'all shards share one mark',
    at: hook(counting, {
      countAttempts: (real) => (ports, _shard, attempts) => real(ports, 'one', attempts),
    }),
  },
  {
    name: 'every write of a notification counts as its last attempt',
    at: hook(counting, {
      attemptOfWrite: (real) => (written, sequence) =>
        real({ ...written, attemptRev: written.rev }, sequence),
    }),
  },
];
