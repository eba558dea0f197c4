import { LEAVER_EVERY } from '../../stories/stories.ts';
import { altered, type DeliberateFault, hook, hookInside, nothing } from '../deliberate-fault.ts';

/** `lib/core/merchants`: settings, and when a change of them is in force. */

const erasure = () => import('../../../../lib/core/merchants/erasing/erasure.ts');
const history = () => import('../../../../lib/core/merchants/settings-history.ts');
const datedWrites = () => import('../../../../lib/core/merchants/dated-writes.ts');
const IN_FORCE_TEST = 'test/core/merchants/in-force.test.ts';

export const merchantsFaults: readonly DeliberateFault[] = [
  {
    name: 'settings are read once in the life of a container',
    at: hookInside(() => import('../../../../lib/core/merchants/config-cache.ts'), {
      createConfigCache: (real) => (store) => {
        const cache = real(store);
        return altered(cache, { get: (merchantId) => cache.get(merchantId, 0) });
      },
    }),
  },
  {
    name: 'a widening is dated now',
    at: hook(history, {
      changedHistory:
        (real) =>
        (spans, wanted, { now }) =>
          real(spans, wanted, { now, ahead: now }),
    }),
    // Few storms have an outcome in the second between the two dates.
    test: IN_FORCE_TEST,
  },
  {
    name: 'a new endpoint is dated now',
    at: hook(history, {
      newHistory:
        (real) =>
        (wanted, { now }) =>
          real(wanted, { now, ahead: now }),
    }),
  },
  {
    name: 'the answer to a new endpoint does not wait until it is in force',
    at: hook(datedWrites, {
      untilInForce: (real) => (ports, endpoint) => (endpoint.rev === 1 ? nothing() : real(ports, endpoint)),
    }),
  },
  {
    name: 'the answer to a widening does not wait until it is in force',
    at: hook(datedWrites, {
      untilInForce: (real) => (ports, endpoint) => (endpoint.rev === 1 ? real(ports, endpoint) : nothing()),
    }),
  },
  {
    name: 'a widening whose write was not answered keeps its date',
    at: hookInside(datedWrites, {
      createDatedWrites: (real) => (ports) => altered(real(ports), { corrected: (endpoint) => endpoint }),
    }),
    test: IN_FORCE_TEST,
  },
  {
    name: 'clocks are taken to agree',
    at: hook(datedWrites, {
      createDatedWrites: (real) => (ports) => real({ ...ports, lead: { ...ports.lead, clocksDifferMs: 0 } }),
    }),
    test: IN_FORCE_TEST,
  },
  {
    name: 'the rows of an erased merchant are deleted at once',
    at: hook(erasure, {
      quietFromMs: () => () => 0,
      auditedBefore: () => () => '',
      mayGoOn: () => () => true,
    }),
    every: LEAVER_EVERY,
  },
  {
    name: 'relay leaves late outcomes of an erased merchant alone',
    at: hookInside(() => import('../../../../lib/core/deliver/relay.ts'), {
      relay: (real) => (ports, records) =>
        real({ ...ports, rows: altered(ports.rows, { removeTransaction: async () => 0 }) }, records),
    }),
    every: LEAVER_EVERY,
  },
  {
    name: 'the indexes are read as soon as the deletion begins',
    at: hook(erasure, { mayGoOn: () => () => true }),
    every: LEAVER_EVERY,
  },
  {
    name: 'a merchant whose settings are still cached is not taken for erased',
    at: hookInside(() => import('../../../../lib/core/merchants/config-cache.ts'), {
      createConfigCache: (real) => (store) => {
        const cache = real(store);
        const isErased: typeof cache.isErased = async (merchantId) =>
          (await cache.get(merchantId, 0)) === undefined && cache.isErased(merchantId);
        return altered(cache, { isErased });
      },
    }),
    every: LEAVER_EVERY,
  },
  {
    name: 'the check of a PENDING that is dropped ends, and no index names the PENDING',
    at: hookInside(() => import('../../../../lib/adapters/memory/memory-outcomes.ts'), {
      memoryOutcomes: (real) => (table) =>
        altered(real(table), {
          erasePending: async ({ merchantId, transactionId }) =>
            void table.checks.delete(`${merchantId}#${transactionId}`),
        }),
    }),
    every: LEAVER_EVERY,
  },
];
