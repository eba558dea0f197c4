import { altered, type DeliberateFault, hook, hookInside } from '../deliberate-fault.ts';

/** `lib/core/deliver/state`: a notification, its transitions, the fence. */

const transitions = () => import('../../../../lib/core/deliver/state/transitions.ts');

export const stateFaults: readonly DeliberateFault[] = [
  {
    name: 'a message that was received again does not send what is due',
    at: hook(() => import('../../../../lib/core/deliver/next-message.ts'), {
      sendNextIfUnsent: () => async () => false,
    }),
    without: ['sweep'],
  },
  {
    name: 'a write whose answer was lost is taken for somebody else’s',
    at: hookInside(() => import('../../../../lib/core/deliver/state/fence.ts'), {
      saveNotification: (real) => (ports, next, expectedRev) => {
        const { notifications } = ports;
        const read: typeof notifications.read = async (key) => {
          const current = await notifications.read(key);
          return current && { ...current, writtenBy: 'somebody else' };
        };
        return real({ ...ports, notifications: altered(notifications, { read }) }, next, expectedRev);
      },
    }),
    without: ['sweep'],
  },
  {
    name: 'a failed extra attempt undoes a delivery',
    at: hook(transitions, {
      afterAttempt: (real) => (notification, made, plan) => {
        const isSettled = notification.state === 'delivered' || notification.state === 'acknowledged';
        const isUndone = isSettled && made.outcome.result !== 'delivered';
        return real(isUndone ? { ...notification, state: 'retrying' } : notification, made, plan);
      },
    }),
  },
  {
    name: 'every deferral exhausts',
    at: hook(transitions, {
      defer: (real) => (notification, plan) =>
        real(notification, { ...plan, nowMs: Number.POSITIVE_INFINITY }),
    }),
  },
  {
    name: 'a deferral uses up the schedule',
    at: hook(transitions, {
      defer: (real) => (notification, plan) =>
        real({ ...notification, attemptsMade: notification.attemptsMade + 1 }, plan),
    }),
  },
  {
    name: 'a deferral is not clamped after its jitter',
    at: hook(() => import('../../../../lib/core/runtime/waiting.ts'), {
      clampWait:
        () =>
        ({ minMs, jitteredMs }) =>
          Math.max(minMs, jitteredMs),
    }),
  },
  {
    name: 'a schedule ends after its first failure',
    at: hook(() => import('../../../../lib/core/schedule.ts'), { nextDelay: () => () => 'exhausted' }),
  },
  {
    name: 'a redelivery leaves the schedule used up',
    at: hook(transitions, {
      redeliver: (real) => (notification, request) => ({
        ...real(notification, request),
        attemptsMade: notification.attemptsMade,
      }),
    }),
  },
  {
    name: 'operators are not told of an end',
    at: hook(() => import('../../../../lib/core/deliver/state/delivery-events.ts'), {
      reportEnd: (real) => (reporter, ended) => {
        if (ended.notification.state !== 'exhausted') real(reporter, ended);
      },
    }),
  },
];
