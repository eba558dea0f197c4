import { type EndpointId, type MerchantId, NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import { DAY_SECONDS, MINUTE_MS, SECOND_MS } from '../../../lib/core/time.ts';
import { type Evidence, endpointName, receiversOf } from './check-evidence.ts';

/** An endpoint is disabled after this long with nothing but failures. */
const DISABLE_AFTER_MS = 5 * DAY_SECONDS * SECOND_MS;

/** A failure is not stored while the health store is unavailable. */
const NOTICED_MS = 60 * MINUTE_MS;

interface Key {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

/** Endpoints are disabled only when they ask for it or stay dead for days. Operators get an event each time. */
export function endpointsWrong(evidence: Evidence): string[] {
  return evidence.merchants.flatMap(({ merchantId, endpoints }) =>
    endpoints
      .filter(({ endpointId }) => endpointId !== NOTIFY_URL_ENDPOINT)
      .map(({ endpointId }) => ({ merchantId, endpointId }))
      .flatMap((key) => [...disabledWrong(evidence, key), ...stillCalled(evidence, key)]),
  );
}

/** Each time it was disabled: the reason, and whether an event was reported. */
function disabledWrong(evidence: Evidence, key: Key): string[] {
  const { settings, byHand, events } = evidence;
  const name = endpointName(key);
  if (byHand.switchedOff.has(name)) return [];
  const all = settings.of(key);
  return all.flatMap(({ enabled, fromMs, url }, index) => {
    if (enabled || all[index - 1]?.enabled !== true) return [];
    const receiver = receiversOf(evidence, key).get(url);
    const isGone = (receiver?.sentAway.size ?? 0) > 0;
    const { firstRequestMs = fromMs, firstYesMs = fromMs } = receiver ?? {};
    const isLost = firstRequestMs <= fromMs - DISABLE_AFTER_MS && firstYesMs >= fromMs;
    const isTold = events.some(
      (event) => event.event === 'endpoint_disabled' && endpointName(event) === name && event.atMs <= fromMs,
    );
    return [
      ...(isGone || isLost
        ? []
        : [`${name} was disabled, and it neither asked for it nor was dead for days`]),
      ...(isTold ? [] : [`${name} was disabled, and nobody was told`]),
    ];
  });
}

/** An endpoint that answered 410, or was dead for days, must not stay enabled. */
function stillCalled(evidence: Evidence, key: Key): string[] {
  const { settings, events } = evidence;
  const name = endpointName(key);
  const all = settings.of(key);
  const isOff = all.some(({ enabled }) => !enabled);
  const isMoved = new Set(all.map(({ url }) => url)).size > 1;
  if (isOff || isMoved) return [];
  const isGone = events.some(
    (event) => event.event === 'attempt' && event.result === 'gone' && endpointName(event) === name,
  );
  const receiver = receiversOf(evidence, key).get(all[0]?.url ?? '');
  const { firstRequestMs = 0, vainMs = [] } = receiver ?? {};
  const isLost = (vainMs.at(-1) ?? 0) - firstRequestMs > DISABLE_AFTER_MS + NOTICED_MS;
  return [
    ...(isGone ? [`${name} asked not to be called again, and is still enabled`] : []),
    ...(isLost ? [`${name} was dead for days, and was never disabled`] : []),
  ];
}
