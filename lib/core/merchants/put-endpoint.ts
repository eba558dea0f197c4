import type { EndpointId, MerchantId } from '../model.ts';
import { changeUnderRev, OVERTAKEN } from '../runtime/change-under-rev.ts';
import { type CreatedEndpoint, endpointCreation, MAX_CREATE_TRIES } from './create-endpoint.ts';
import { changeEndpoint, type EndpointPorts, type EndpointRefusal, isLive } from './endpoints.ts';
import { DEFAULT_TIMEOUT_MS, type Endpoint } from './merchant-config.ts';
import type { EndpointChanges, NewEndpointSettings } from './settings/endpoint-settings.ts';

interface EndpointKey {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

type EndpointPut =
  | CreatedEndpoint
  | { readonly kind: 'changed'; readonly endpoint: Endpoint }
  | EndpointRefusal;

const deletedEndpoint = { kind: 'refused', code: 'endpoint_deleted' } as const;

/**
 * Makes the endpoint with the caller's id, or gives an existing one exactly these settings; missing ones get defaults.
 * Only `enabled` stays as it is if missing, so that a repeated set-up does not enable what its receiver had disabled.
 * Repeating a call changes nothing. The id of an endpoint that was deleted lately is refused: its history is still needed.
 */
export function putEndpoint(
  ports: EndpointPorts,
  key: EndpointKey,
  settings: NewEndpointSettings,
): Promise<EndpointPut> {
  const create = endpointCreation(ports, { ...key, settings });
  const putOnce = async (): Promise<EndpointPut | typeof OVERTAKEN> => {
    const config = await ports.merchants.read(key.merchantId);
    const found = config?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
    if (found === undefined) return create(config);
    if (!isLive(found)) return deletedEndpoint;
    const result = await changeEndpoint(ports, key, replacing(settings));
    // Deleted since it was read.
    return 'code' in result && result.code === 'unknown_endpoint' ? OVERTAKEN : result;
  };
  return changeUnderRev('The merchant', putOnce, MAX_CREATE_TRIES);
}

function replacing({ enabled, ...settings }: NewEndpointSettings): EndpointChanges {
  return {
    description: null,
    types: ['*'],
    timeoutMs: DEFAULT_TIMEOUT_MS,
    schedule: null,
    expectBody: null,
    headers: null,
    ratePerSecond: null,
    signature: 'v1',
    ...settings,
    ...(enabled !== undefined && { enabled }),
  };
}
