import { type DeliberateFault, hook } from '../deliberate-fault.ts';

/** `lib/protocol`: what has a test of its own. */

export const protocolFaults: readonly DeliberateFault[] = [
  {
    name: 'the bounded map forgets a failure',
    at: hook(() => import('../../../../lib/protocol/runtime/bounded-map.ts'), {
      boundedMap: (real) => async (items, concurrency, work) => {
        const done = await real(items, concurrency, (item) => work(item).then(one, none));
        return done.flat();
      },
    }),
    test: 'test/protocol/runtime/bounded-map.test.ts',
  },
];

function one<Result>(result: Result): readonly Result[] {
  return [result];
}

function none(): readonly never[] {
  return [];
}
