import { isUnreadable } from '../../faults.ts';
import type { Endpoint } from '../../merchants/merchant-config.ts';
import { circuitOf } from '../attempt/target.ts';
import { HEALTHY, type Health, type HealthStore } from './circuit.ts';

/**
 * An endpoint's health as people see it, from the row that the circuit breaker keeps. Nothing is written for it: the row
 * changes when attempts begin to fail, when they fail otherwise, and when they succeed again.
 */

/**
 * | state | meaning |
 * |---|---|
 * | `healthy` | nothing failed since the last success |
 * | `slow` | answers take long: first attempts are made in the retry lane |
 * | `failing` | attempts failed since the last success |
 * | `paused` | the circuit breaker is open: one request at a time probes the endpoint |
 * | `unknown` | the stored row cannot be read; operators were alerted |
 */
export const HEALTH_STATES = ['healthy', 'slow', 'failing', 'paused', 'unknown'] as const;

export interface EndpointHealth extends Pick<Health, 'failingSince' | 'lastSuccessAt' | 'lastFailure'> {
  readonly state: (typeof HEALTH_STATES)[number];
}

/** Reads the health of an endpoint. Of a disabled one: as it was when it was disabled. */
export async function readEndpointHealth(
  store: Pick<HealthStore, 'read'>,
  endpoint: Endpoint,
): Promise<EndpointHealth> {
  const circuit = circuitOf(endpoint, { endpoint: asLastCalled(endpoint) });
  try {
    return viewOf((await store.read(circuit)) ?? HEALTHY);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return { state: 'unknown' };
  }
}

/** Disabling begins a new circuit, to which nothing is ever sent. The one before says why attempts failed. */
function asLastCalled(endpoint: Endpoint): Endpoint {
  const last = endpoint.history.findLastIndex(({ enabled }) => enabled);
  return last === -1 ? endpoint : { ...endpoint, history: endpoint.history.slice(0, last + 1) };
}

function viewOf(health: Health): EndpointHealth {
  const { failingSince, lastSuccessAt, lastFailure } = health;
  return {
    state: stateOf(health),
    ...(failingSince !== undefined && { failingSince }),
    ...(lastSuccessAt !== undefined && { lastSuccessAt }),
    ...(lastFailure !== undefined && { lastFailure }),
  };
}

function stateOf({ breaker, failingSince, slow }: Health): EndpointHealth['state'] {
  if (breaker !== 'closed') return 'paused';
  if (failingSince !== undefined) return 'failing';
  return slow ? 'slow' : 'healthy';
}
