import type { Circuit } from '../../../../lib/core/deliver/health/circuit.ts';
import { isoTime, MINUTE_MS, msOf } from '../../../../lib/core/time.ts';
import { altered, type DeliberateFault, hook, hookInside } from '../deliberate-fault.ts';

/** `lib/core/deliver/health`: circuit breaker, lost endpoints. */

const breaker = () => import('../../../../lib/core/deliver/health/circuit-breaker.ts');
const lostEndpoint = () => import('../../../../lib/core/deliver/health/lost-endpoint.ts');
const endpoints = () => import('../../../../lib/core/merchants/endpoints.ts');

export const healthFaults: readonly DeliberateFault[] = [
  {
    name: 'a breaker never probes',
    at: hook(breaker, { isProbeDue: () => () => false }),
  },
  {
    name: 'a probe that died leaves its breaker half-open for days',
    at: hook(breaker, {
      nextHealth: (real) => (health, event, nowMs) => {
        const next = real(health, event, nowMs);
        return event.kind === 'probe_claimed'
          ? { ...next, probeAt: isoTime(nowMs + 2_000 * MINUTE_MS) }
          : next;
      },
    }),
  },
  {
    name: 'all endpoints of a merchant share one breaker',
    at: hookInside(() => import('../../../../lib/core/deliver/health/circuit-watch.ts'), {
      createCircuitWatch: (real) => (ports) => {
        const watch = real(ports);
        return altered(watch, {
          view: (circuit) => watch.view(shared(circuit)),
          freshView: (circuit) => watch.freshView(shared(circuit)),
          apply: (circuit, seen, event) => watch.apply(shared(circuit), seen, event),
        });
      },
    }),
  },
  {
    name: 'an endpoint that is dead for days stays enabled',
    at: hook(lostEndpoint, { isLost: () => () => false }),
  },
  {
    name: 'an endpoint is disabled after five minutes of failures',
    at: hook(lostEndpoint, {
      isLost:
        () =>
        ({ failingSince }, nowMs) =>
          failingSince !== undefined && nowMs - msOf(failingSince) >= 5 * MINUTE_MS,
    }),
  },
  {
    name: 'an endpoint that asks never to be called again stays enabled',
    at: hook(endpoints, {
      disableEndpoint: (real) => async (ports, options) => {
        if (options.reason !== 'gone') await real(ports, options);
      },
    }),
  },
  {
    name: 'who is gone at an old URL disables the endpoint at its new one',
    at: hook(endpoints, {
      disableEndpoint: (real) => async (ports, options) => {
        const config = await ports.merchants.read(options.merchantId);
        const current = config?.endpoints.find(({ endpointId }) => endpointId === options.endpointId);
        await real(ports, { ...options, url: current?.url ?? options.url });
      },
    }),
  },
  {
    name: 'operators are not told of a disabled endpoint',
    at: hookInside(endpoints, {
      disableEndpoint: (real) => (ports, options) =>
        real({ ...ports, reporter: altered(ports.reporter, { report: () => undefined }) }, options),
    }),
  },
];

function shared(circuit: Circuit): Circuit {
  return circuit.circuitId.startsWith('host:') ? circuit : { ...circuit, circuitId: 'one' };
}
