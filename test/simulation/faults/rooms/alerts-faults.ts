import type { News } from '../../../../lib/core/deliver/alerts/news.ts';
import type { TransactionId } from '../../../../lib/core/model.ts';
import { altered, type DeliberateFault, hook, hookInside } from '../deliberate-fault.ts';

/** `lib/core/deliver/alerts`: alerts to merchants. */

const raising = () => import('../../../../lib/core/deliver/alerts/raise-alert.ts');

/** The same news, as if it were not about an alert. */
function asOfOutcome(news: News): News {
  if (news.kind !== 'exhausted') return news;
  const transactionId = news.notification.transactionId.replaceAll('!', '_') as TransactionId;
  return { ...news, notification: { ...news.notification, transactionId } };
}

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
      isAskedFor: (real) => (news, config) => real(asOfOutcome(news), config),
      raiseAlert: (real) => (ports, config, news) => real(ports, config, asOfOutcome(news)),
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
