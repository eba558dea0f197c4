import type { HealthStore } from '../../core/deliver/health/circuit.ts';
import { readEndpointHealth } from '../../core/deliver/health/endpoint-health.ts';
import { createEndpoint } from '../../core/merchants/create-endpoint.ts';
import {
  changeEndpoint,
  deleteEndpoint,
  type EndpointPorts,
  type EndpointRefusal,
  isLive,
  listEndpoints,
  publicKeyOf,
  rotateEndpointSecret,
} from '../../core/merchants/endpoints.ts';
import { currentSpan, disabledState, type Endpoint } from '../../core/merchants/merchant-config.ts';
import { putEndpoint } from '../../core/merchants/put-endpoint.ts';
import { expectBodyOf } from '../../core/merchants/settings/accepted-bodies.ts';
import { boundedMap } from '../../protocol/runtime/bounded-map.ts';
import { acting, type WithoutTrail } from '../acting.ts';
import { type Route, route } from '../api-app.ts';
import { type Answer, answer, fieldProblem, problem } from '../contract/operation.ts';
import { refusalProblem, rotationAnswer } from '../merchants/secret-rotation.ts';
import * as contract from './endpoints-contract.ts';

/** Concurrent reads of the health of a merchant's endpoints. */
const HEALTH_READS = 20;

export interface EndpointRoutePorts extends EndpointPorts {
  readonly healthStore: Pick<HealthStore, 'read'>;
}

export function endpointRoutes(ports: WithoutTrail<EndpointRoutePorts>): readonly Route[] {
  const withHealth = async (endpoint: Endpoint) => ({
    ...endpointView(endpoint),
    health: await readEndpointHealth(ports.healthStore, endpoint),
  });
  return [
    route(contract.createEndpoint, async ({ caller, merchantId, body }) => {
      const result = await createEndpoint(acting(ports, caller), merchantId, body);
      return result.kind === 'created'
        ? answer(201, { ...endpointView(result.endpoint), secret: result.secret })
        : refusal(result);
    }),

    route(contract.listEndpoints, async ({ merchantId }) => {
      const endpoints = await listEndpoints(ports, merchantId);
      return endpoints === undefined
        ? problem('unknown_merchant')
        : answer(200, { items: await boundedMap(endpoints, HEALTH_READS, withHealth), hasMore: false });
    }),

    route(contract.readEndpoint, async ({ params: { merchantId, endpointId } }) => {
      const config = await ports.merchants.read(merchantId);
      if (config === undefined) return problem('unknown_merchant');
      const endpoint = config.endpoints.find((one) => one.endpointId === endpointId && isLive(one));
      return endpoint === undefined ? problem('unknown_endpoint') : answer(200, await withHealth(endpoint));
    }),

    route(contract.putEndpoint, async ({ caller, params, body }) => {
      const result = await putEndpoint(acting(ports, caller), params, body);
      if (result.kind === 'changed') return answer(200, endpointView(result.endpoint));
      return result.kind === 'created'
        ? answer(201, { ...endpointView(result.endpoint), secret: result.secret })
        : refusal(result);
    }),

    route(contract.changeEndpoint, async ({ caller, params, body }) => {
      const result = await changeEndpoint(acting(ports, caller), params, body);
      return result.kind === 'changed' ? answer(200, endpointView(result.endpoint)) : refusal(result);
    }),

    route(contract.deleteEndpoint, async ({ caller, params }) => {
      const result = await deleteEndpoint(acting(ports, caller), params);
      return result.kind === 'changed' ? answer(204) : refusal(result);
    }),

    route(contract.rotateEndpointSecret, async ({ caller, params, body }) => {
      const result = await rotateEndpointSecret(acting(ports, caller), params, body);
      return 'secret' in result ? rotationAnswer(result) : refusal(result);
    }),
  ];
}

function refusal(refused: EndpointRefusal): Answer {
  if (refused.kind === 'refused') return refusalProblem(refused);
  const { code, detail } = refused;
  return fieldProblem({ pointer: '/url', code, detail });
}

function endpointView(endpoint: Endpoint): object {
  const { endpointId, url, description, timeoutMs, schedule, headers, createdAt } = endpoint;
  const expectBody = expectBodyOf(endpoint);
  const { enabled, types, from: inForceFrom } = currentSpan(endpoint);
  const publicKey = publicKeyOf(endpoint);
  const disabled = disabledState(endpoint);
  return {
    endpointId,
    url,
    ...(description !== undefined && { description }),
    types,
    timeoutMs,
    ...(schedule !== undefined && { schedule }),
    ...(expectBody !== undefined && { expectBody }),
    ...(headers !== undefined && { headers: headers.map(({ name, setAt }) => ({ name, setAt })) }),
    ...(endpoint.ratePerSecond !== undefined && { ratePerSecond: endpoint.ratePerSecond }),
    signature: endpoint.signature ?? 'v1',
    ...(publicKey !== undefined && { publicKey }),
    enabled,
    ...(disabled?.reason !== undefined && { disabledReason: disabled.reason }),
    ...(disabled !== undefined && { disabledAt: disabled.at }),
    inForceFrom,
    createdAt,
  };
}
