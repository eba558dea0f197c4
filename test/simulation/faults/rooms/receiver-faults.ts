import { altered, type DeliberateFault, hook, hookInside, nothing } from '../deliberate-fault.ts';

/** `lib/receiver`: the receiver kit. */

const deciding = () => import('../../../../lib/receiver/stores/receiver-store.ts');

export const receiverFaults: readonly DeliberateFault[] = [
  {
    name: 'the kit says yes before it has committed',
    at: hookInside(() => import('../../../../lib/receiver/applying.ts'), {
      createApplying: (real) => (options) => {
        const applying = real(options);
        const apply: typeof applying.apply = async (outcome, by) => {
          const commit = applying.apply(outcome, by);
          if (by.channel !== 'callback') return commit;
          void commit.catch(nothing);
          return { kind: 'applied' };
        };
        return altered(applying, { apply });
      },
    }),
  },
  {
    name: 'the kit applies again what it has applied',
    at: hook(deciding, {
      decide: (real) => (applied, next) =>
        applied?.version === next.version ? { kind: 'apply' } : real(applied, next),
    }),
  },
  {
    name: 'the kit takes a duplicate for a contradiction',
    at: hook(deciding, {
      decide: (real) => (applied, next) => {
        const decision = real(applied, next);
        const isTurned = decision.kind === 'duplicate' && applied !== undefined;
        return isTurned ? { kind: 'conflict', applied } : decision;
      },
    }),
  },
  {
    name: 'the kit asks for one of those that are missing, and takes the window for settled',
    at: hookInside(() => import('../../../../lib/receiver/asking/taking.ts'), {
      createTaking: (real) => (options) => {
        const taking = real(options);
        const listed: typeof taking.listed = async (rows, counts) => {
          const ids = rows.map(({ transactionId }) => transactionId);
          const here = await options.store.find(options.merchantId, ids);
          const missing = rows.filter(({ transactionId }) => !here.has(transactionId));
          const left = new Set(missing.slice(1));
          return taking.listed(
            rows.filter((row) => !left.has(row)),
            counts,
          );
        };
        return altered(taking, { listed });
      },
    }),
  },
  {
    name: 'the kit accepts a callback without checking its signature',
    at: hook(() => import('../../../../lib/protocol/signing/signature-check.ts'), {
      isSigned: () => () => true,
    }),
  },
];
