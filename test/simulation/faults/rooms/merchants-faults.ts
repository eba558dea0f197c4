import { altered, type DeliberateFault, hook, hookInside, nothing } from '../deliberate-fault.ts';

/** `lib/core/merchants`: settings, and when a change of them is in force. */

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
];
