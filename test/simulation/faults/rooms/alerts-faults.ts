import { altered, type DeliberateFault, hook, hookInside } from '../deliberate-fault.ts';

/** `lib/core/deliver/alerts`: alerts to merchants. */

const raising = () => import('../../../../lib/core/deliver/alerts/raise-alert.ts');

export const alertsFaults: readonly DeliberateFault[] = [
  {
    name: 'merchants are not alerted of exhausted notifications',
    at: hook(raising, {
      raiseAlert:
        (real) =>
        async (...given) =>
          given[2].kind === 'exhausted' ? [] : real(...given),
    }),
  },
  {
    name: 'merchants are not alerted of disabled endpoints',
    at: hook(raising, {
      raiseAlert:
        (real) =>
        async (...given) =>
          given[2].kind === 'disabled' ? [] : real(...given),
    }),
  },
  {
    name: 'an alert that is exhausted makes another alert',
    at: hook(raising, {
      raiseAlert: (real) => (ports, config, news) => {
        if (news.kind !== 'exhausted') return real(ports, config, news);
        const transactionId = news.notification.transactionId.replaceAll('!', '_');
        return real(ports, config, {
          ...news,
          notification: { ...news.notification, transactionId: transactionId as never },
        });
      },
    }),
  },
  {
    name: 'an alert is put without its notifications, and only sent',
    at: hook(() => import('../../../../lib/core/deliver/alerts/due-notifications.ts'), {
      dueNotifications: () => () => [],
    }),
  },
  {
    name: 'an alert that cannot be put is let go',
    at: hook(raising, {
      raiseAlert:
        (real) =>
        (...given) =>
          real(...given).catch(() => []),
    }),
  },
  {
    name: 'repeats of an alert are not noted',
    at: hookInside(raising, {
      raiseAlert: (real) => (ports, config, news) =>
        real({ ...ports, alerts: altered(ports.alerts, { note: async () => undefined }) }, config, news),
    }),
  },
  {
    name: 'every receiver of a merchant gets every alert',
    at: hook(() => import('../../../../lib/protocol/alerts.ts'), { asksForAlert: () => () => true }),
  },
];
