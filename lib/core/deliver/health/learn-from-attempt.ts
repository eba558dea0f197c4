import { disableEndpoint } from '../../merchants/endpoints.ts';
import type { Endpoint, MerchantConfig } from '../../merchants/merchant-config.ts';
import type { MerchantStore } from '../../merchants/merchant-store.ts';
import { NOTIFY_URL_ENDPOINT } from '../../model.ts';
import type { Clock, Random, Reporter, Timer } from '../../runtime/environment.ts';
import type { AlertStore } from '../alerts/alert-store.ts';
import { raiseAlert, sendAlert } from '../alerts/raise-alert.ts';
import type { Target } from '../attempt/target.ts';
import type { Dispatcher } from '../dispatcher.ts';
import type { NotificationKey, NotificationMessage } from '../state/notification.ts';
import { type AttemptMade, attemptOf } from '../state/transitions.ts';
import type { HealthMonitor } from './health-monitor.ts';
import type { RequestResult } from './request-counts.ts';

export interface LearningPorts {
  readonly health: Pick<HealthMonitor, 'observe'>;
  readonly merchants: MerchantStore;
  readonly alerts: AlertStore;
  readonly dispatcher: Pick<Dispatcher, 'sendAt'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: Random;
  readonly reporter: Reporter;
}

/** A completed attempt. */
export interface EndedAttempt {
  readonly key: NotificationKey;
  readonly made: AttemptMade;
  readonly target: Target;
}

/**
 * Updates an endpoint's health after an attempt, and disables the endpoint if it is `gone` or lost. Runs before the
 * attempt's own result is written, so that if the process dies in between, both are repeated.
 */
export async function learnFromAttempt(
  ports: LearningPorts,
  { key, made, target }: EndedAttempt,
): Promise<void> {
  const { endpointId } = key;
  const { isLost } = await ports.health.observe(target.circuit, requestResult(made));
  if (endpointId === NOTIFY_URL_ENDPOINT) return;
  if (made.outcome.result === 'gone') await disable(ports, key, { url: target.url, reason: 'gone' });
  else if (isLost) await disable(ports, key, { url: target.url, reason: 'failing_for_days' });
}

/** Disables the endpoint. The merchant's alert is put before, and sent after. */
async function disable(
  ports: LearningPorts,
  { merchantId, endpointId }: NotificationKey,
  why: { readonly url: string; readonly reason: 'gone' | 'failing_for_days' },
): Promise<void> {
  let alerts: readonly NotificationMessage[] = [];
  const announce = async ({ history }: Endpoint, config: MerchantConfig) => {
    const enabledFrom = history.at(-1)?.from ?? '';
    const { reason } = why;
    const news = { kind: 'disabled', merchantId, endpointId, reason, enabledFrom } as const;
    alerts = await raiseAlert(ports, config, news);
  };
  await disableEndpoint({ ...ports, announce }, { merchantId, endpointId, ...why });
  await sendAlert(ports, alerts);
}

function requestResult(made: AttemptMade): RequestResult {
  const { outcome, durationMs } = made;
  if (outcome.result === 'delivered') return { isDelivered: true, durationMs };
  const { statusCode, error = outcome.result, detail } = attemptOf(made, 1);
  return {
    isDelivered: false,
    durationMs,
    failure: {
      error,
      ...(detail !== undefined && { detail }),
      ...(statusCode !== undefined && { statusCode }),
    },
  };
}
