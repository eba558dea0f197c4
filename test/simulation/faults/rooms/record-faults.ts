import { outcomeName } from '../../../../lib/adapters/memory/merchants/memory-keys.ts';
import type { OutcomeStore } from '../../../../lib/core/record/outcome-store.ts';
import { altered, type DeliberateFault, hook, hookInside } from '../deliberate-fault.ts';

/** `lib/core/record`, and the store in memory that it writes to. */

const outcomes = () => import('../../../../lib/adapters/memory/memory-outcomes.ts');

export const recordFaults: readonly DeliberateFault[] = [
  {
    name: 'no rev in the condition',
    at: hookInside(() => import('../../../../lib/adapters/memory/memory-fenced.ts'), {
      memoryFenced: (real) => (items, nameOf) => {
        const store = real(items, nameOf);
        const save: typeof store.save = (item, expectedRev) => {
          const rev = items.get(nameOf(item))?.rev ?? 0;
          return store.save(item, expectedRev === 'absent' ? 'absent' : rev);
        };
        return altered(store, { save });
      },
    }),
  },
  {
    name: 'an outcome is written over',
    at: hookInside(outcomes, {
      memoryOutcomes: (real) => (table) => {
        const store = real(table);
        const putIfAbsent: OutcomeStore['putIfAbsent'] = (outcome, feedShard) => {
          table.outcomes.delete(outcomeName(outcome));
          return store.putIfAbsent(outcome, feedShard);
        };
        const prepare: OutcomeStore['prepare'] = (pending, check) => {
          table.outcomes.delete(outcomeName(pending));
          return store.prepare(pending, check);
        };
        return altered(store, { putIfAbsent, prepare });
      },
    }),
  },
  {
    name: 'a PENDING is written without anybody who waits for its end',
    at: hookInside(outcomes, {
      memoryOutcomes: (real) => (table) => {
        const store = real(table);
        return altered(store, { prepare: (pending) => store.putIfAbsent(pending, 0) });
      },
    }),
  },
  {
    name: 'another content is taken for the same',
    at: hook(() => import('../../../../lib/protocol/content/content-equality.ts'), {
      sameContent: () => () => true,
    }),
  },
  {
    name: 'a second end is written as the next version',
    at: hook(() => import('../../../../lib/core/record/decide.ts'), {
      decideRecording: (real) => (recorded, content) => {
        const decision = real(recorded, content);
        return decision.kind === 'conflict' ? { kind: 'write', version: 2 } : decision;
      },
    }),
  },
];
