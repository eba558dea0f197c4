import { altered, type DeliberateFault, hook, hookInside, nothing } from '../deliberate-fault.ts';

/** `lib/core/check-back`: asking initiators about a PENDING. */

const checking = () => import('../../../../lib/core/check-back/check.ts');
const answers = () => import('../../../../lib/core/check-back/check-answer.ts');

export const checkBackFaults: readonly DeliberateFault[] = [
  {
    name: 'a check lets its message go before the next is scheduled',
    at: hookInside(checking, {
      check: (real) => (ports, delivery) =>
        real({ ...ports, dispatcher: altered(ports.dispatcher, { sendAt: nothing }) }, delivery),
    }),
    without: ['sweep'],
  },
  {
    name: 'an unresolved transaction is not reported',
    at: hookInside(checking, {
      check: (real) => (ports, delivery) => {
        const report: typeof ports.reporter.report = (event) => {
          if (event.event !== 'unresolved') ports.reporter.report(event);
        };
        return real({ ...ports, reporter: altered(ports.reporter, { report }) }, delivery);
      },
    }),
  },
  {
    name: 'what is unknown at the horizon is forgotten',
    at: hook(() => import('../../../../lib/core/check-back/check-state.ts'), {
      afterAsking:
        (real) =>
        (...given) => {
          const next = real(...given);
          return next.state === 'unresolved' ? { ...next, state: 'resolved' } : next;
        },
    }),
  },
  {
    name: 'anybody’s 404 means that the transaction is unknown',
    at: hook(answers, {
      readAnswer: (real) => (made, asked) => {
        const { outcome } = made;
        const isNotFound = 'statusCode' in outcome && outcome.statusCode === 404;
        return real(isNotFound ? { ...made, body: '{"status":"UNKNOWN"}' } : made, asked);
      },
    }),
  },
  {
    name: 'unknown is taken for the end although the initiator is to be asked again',
    at: hook(answers, {
      readAnswer: (real) => (made, asked) => {
        const { checkBack } = asked.pending;
        if (checkBack === undefined) return real(made, asked);
        const pending = { ...asked.pending, checkBack: { ...checkBack, onUnknown: 'FAILED' as const } };
        return real(made, { ...asked, pending });
      },
    }),
  },
  {
    name: 'an answer with another amount is recorded',
    at: hook(() => import('../../../../lib/protocol/content/content-equality.ts'), {
      contradictedFields: (real) => (pending, end) => real(pending, { ...end, amount: pending.amount }),
    }),
  },
  {
    name: 'what is unresolved is read of everybody, and filtered afterwards',
    at: hookInside(() => import('../../../../lib/core/check-back/unresolved.ts'), {
      listUnresolved: (real) => (ports, asked) => {
        const unresolved: typeof ports.checks.unresolved = ({ merchantId: _whose, ...range }) =>
          ports.checks.unresolved(range);
        return real({ ...ports, checks: altered(ports.checks, { unresolved }) }, asked);
      },
    }),
    test: 'test/api/list-cursor.test.ts',
  },
];
