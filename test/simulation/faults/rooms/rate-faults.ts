import { RATES_EVERY } from '../../stories/stories.ts';
import { type DeliberateFault, hook } from '../deliberate-fault.ts';

/** `lib/core/deliver/rate`: an endpoint's rate, and what waits for it. */

const nextStep = () => import('../../../../lib/core/deliver/attempt/next-step.ts');
const transitions = () => import('../../../../lib/core/deliver/state/transitions.ts');

export const rateFaults: readonly DeliberateFault[] = [
  {
    name: 'a rate lets everything go',
    at: hook(() => import('../../../../lib/core/deliver/rate/slots.ts'), {
      giveLeave:
        (real) =>
        (...given) => {
          const { next, leaves } = real(...given);
          return { next, leaves: leaves.map(() => ({ kind: 'go' })) };
        },
    }),
    every: RATES_EVERY,
  },
  {
    name: 'what waits long for its slot is not written',
    at: hook(nextStep, { isWaitWorthWriting: () => () => false }),
    every: RATES_EVERY,
  },
  {
    name: 'what finds no slot is held by nothing',
    at: hook(nextStep, {
      whenRateLimited:
        (real) =>
        (...given) => {
          const step = real(...given);
          if (step.sendAtMs !== undefined) return step;
          const { nextAttemptAt: _none, ...next } = step.next;
          return { ...step, next };
        },
    }),
    every: RATES_EVERY,
  },
  {
    name: 'the horizon runs while a notification waits for its first slot',
    at: hook(transitions, {
      waitForSlot:
        (real) =>
        (...given) => {
          const { waitsForRate: _not, ...waiting } = real(...given);
          return waiting;
        },
    }),
    test: 'test/core/deliver/deliver/rate-limit.test.ts',
  },
];
