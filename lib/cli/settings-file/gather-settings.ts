import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { boundedMapUntilFailure } from '../../protocol/runtime/bounded-map.ts';
import { CommandFailure, EXIT } from '../command-line/exit-status.ts';
import type { Service } from '../connection/service.ts';
import { ENDPOINT_FIELDS, MERCHANT_FIELDS, settingsIn } from './setting-fields.ts';
import type { EndpointEntry, MerchantEntry } from './settings-file.ts';

/** Reads the settings of a service. */

export interface GatheredMerchant extends MerchantEntry {
  readonly endpoints: readonly GatheredEndpoint[];
}

export interface GatheredEndpoint extends EndpointEntry {
  /** Why it is disabled, as the service says it. */
  readonly disabledReason?: string;
}

export interface Gathering {
  readonly service: Service;
  /** Only this merchant. Default: all that the key may see. */
  readonly merchantId: string | undefined;
  /** Whose endpoints are read. Default: everybody's. */
  readonly withEndpoints?: ReadonlySet<string>;
  /** The part that is done: 0 to 1. */
  readonly onProgress: (part: number) => void;
}

/** Requests at the same time. */
const CONCURRENCY = 8;

/** @throws CommandFailure if the service does not show all of it */
export async function gatherSettings(gathering: Gathering): Promise<readonly GatheredMerchant[]> {
  const { service, withEndpoints, onProgress } = gathering;
  const merchants = await merchantsOf(gathering);
  let done = 0;
  const gathered = await boundedMapUntilFailure(merchants, CONCURRENCY, async (merchant) => {
    const merchantId = String(merchant.merchantId);
    const isWanted = withEndpoints === undefined || withEndpoints.has(merchantId);
    const endpoints = isWanted ? await endpointsOf(service, merchantId) : [];
    done += 1;
    if (merchants.length > CONCURRENCY) onProgress(done / merchants.length);
    // Erased while it was read.
    if (endpoints === undefined) return [];
    return [{ merchantId, settings: settingsIn(merchant, MERCHANT_FIELDS), endpoints }];
  });
  return gathered.flat();
}

async function merchantsOf({ service, merchantId: named }: Gathering): Promise<readonly JsonObject[]> {
  const { merchantId: own } = await service.whoAmI();
  const only = own ?? named;
  if (only !== undefined) {
    const merchantId = await service.merchantId();
    const found = await unlessUnknown(service.ask({ method: 'GET', path: `/v1/merchants/${merchantId}` }));
    return found === undefined ? [] : [found];
  }
  const merchants: JsonObject[] = [];
  const onAnswer = ({ unreadable }: JsonObject) => {
    if (Array.isArray(unreadable) && unreadable.length > 0) throw notAll(unreadable.map(String));
  };
  for await (const page of service.pages({ path: '/v1/merchants', field: 'items', onAnswer })) {
    merchants.push(...page);
  }
  return merchants;
}

async function endpointsOf(
  service: Service,
  merchantId: string,
): Promise<readonly GatheredEndpoint[] | undefined> {
  const path = `/v1/merchants/${merchantId}/endpoints`;
  const { items } = (await unlessUnknown(service.ask({ method: 'GET', path }))) ?? {};
  if (!Array.isArray(items)) return undefined;
  return items.filter(isObject).map((endpoint) => ({
    endpointId: String(endpoint.endpointId),
    settings: settingsIn(endpoint, ENDPOINT_FIELDS),
    ...(endpoint.enabled === false &&
      typeof endpoint.disabledReason === 'string' && { disabledReason: endpoint.disabledReason }),
  }));
}

async function unlessUnknown(asked: Promise<JsonObject>): Promise<JsonObject | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CommandFailure && error.code === 'unknown_merchant') return undefined;
    throw error;
  }
}

/** An export that looks whole and is not would be taken for a backup. */
function notAll(merchants: readonly string[]): CommandFailure {
  return new CommandFailure(
    EXIT.failed,
    'unreadable_merchants',
    `The service cannot read these merchants: ${merchants.join(', ')}.`,
    { hint: 'The runbook says what to do about rows that cannot be read.' },
  );
}
