import type { MemoryStores } from '../../../lib/adapters/memory/memory-stores.ts';
import type { EndpointId, MerchantId, Outcome } from '../../../lib/core/model.ts';
import type { Schedule } from '../../../lib/core/schedule.ts';
import type { ByHand } from '../stories/by-hand.ts';
import type { Story, Without } from '../stories/stories.ts';
import type { SettingsWatch } from '../watches/settings-watch.ts';
import type { Banks } from '../world/simulated-banks.ts';
import type { CountReader } from '../world/simulated-counts.ts';
import type { TimedEvent } from '../world/simulated-functions.ts';
import type { Lanes } from '../world/simulated-lanes.ts';
import type { Leaver } from '../world/simulated-leaver.ts';
import type { SimulatedMerchant } from '../world/simulated-merchants.ts';
import type { Receiver } from '../world/simulated-receivers.ts';
import type { Shop } from '../world/simulated-shops.ts';
import type { Stream } from '../world/simulated-stream.ts';

/** The state at the end of a run, and what was observed during it. */
export interface Evidence {
  readonly stores: MemoryStores;
  readonly events: readonly TimedEvent[];
  readonly merchants: readonly SimulatedMerchant[];
  readonly acknowledged: readonly Outcome[];
  readonly banks: Banks;
  readonly shops: readonly Shop[];
  readonly byHand: ByHand;
  readonly settings: SettingsWatch;
  readonly lanes: Lanes;
  readonly stream: Stream;
  readonly counts: CountReader;
  /** The merchant that was erased. It is not among the others. */
  readonly leaver: Leaver | undefined;
  readonly deadLetters: readonly string[];
  readonly story: Story;
  readonly without: Without;
  readonly nowMs: number;
}

interface EndpointKey {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

export const outcomeName = (outcome: { merchantId: string; transactionId: string; version: number }) =>
  `${outcome.merchantId}/${outcome.transactionId} v${outcome.version}`;

export const endpointName = ({ merchantId, endpointId }: EndpointKey) => `${merchantId}/${endpointId}`;

export const notificationName = (key: EndpointKey & { transactionId: string; version: number }) =>
  `${outcomeName(key)} for ${key.endpointId}`;

/** The receivers of an endpoint, by their URL. */
export function receiversOf({ merchants }: Evidence, key: EndpointKey): ReadonlyMap<string, Receiver> {
  const merchant = merchants.find(({ merchantId }) => merchantId === key.merchantId);
  const endpoint = merchant?.endpoints.find(({ endpointId }) => endpointId === key.endpointId);
  return endpoint?.receivers ?? new Map();
}

export function scheduleOf({ merchants }: Evidence, key: { readonly merchantId: MerchantId }): Schedule {
  return merchants.find(({ merchantId }) => merchantId === key.merchantId)?.schedule ?? 'wechat';
}
