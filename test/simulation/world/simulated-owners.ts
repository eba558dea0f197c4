import { createEndpoint } from '../../../lib/core/merchants/create-endpoint.ts';
import type { Endpoint } from '../../../lib/core/merchants/merchant-config.ts';
import type { EndpointChanges } from '../../../lib/core/merchants/settings/endpoint-settings.ts';
import { NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import { MINUTE_MS } from '../../../lib/core/time.ts';
import type { ByHand } from '../stories/by-hand.ts';
import { START_MS, STORM_MS } from '../stories/stories.ts';
import type { Initiators } from './simulated-initiators.ts';
import type { SimulatedEndpoint, SimulatedMerchant, Surroundings } from './simulated-merchants.ts';
import { Receiver } from './simulated-receivers.ts';

/** Number of outcomes that other services record during the change, starting a moment before it. */
const MEANWHILE = 6;
const MEANWHILE_MS = 3_000;
const MOMENT_MS = 2_000;
/** Time between two changes, so that outcomes of the first do not fall under the second. */
const MIN_PAUSE_MS = 15_000;
const MAX_PAUSE_MS = 60_000;

const CHANGES: readonly (readonly EndpointChanges[])[] = [
  [{ enabled: false }, { enabled: true }],
  [{ types: ['refund.*'] }, { types: ['*'] }],
  [{ types: ['refund.*'] }, { types: ['payment.*'] }, { types: ['refund.*', 'payment.*'] }],
];

/** Owners of endpoints. They create or widen an endpoint, and record as soon as the answer says that it is in force. */
export class Owners {
  #made = 0;
  #recorded = 0;
  readonly #around: Surroundings;
  readonly #byHand: ByHand;
  readonly #initiators: Initiators;
  readonly #merchants: readonly SimulatedMerchant[];

  constructor(options: {
    readonly around: Surroundings;
    readonly byHand: ByHand;
    readonly initiators: Initiators;
    readonly merchants: readonly SimulatedMerchant[];
  }) {
    this.#around = options.around;
    this.#byHand = options.byHand;
    this.#initiators = options.initiators;
    this.#merchants = options.merchants;
  }

  plan(merchant: SimulatedMerchant): void {
    const { dice, time } = this.#around;
    const endpoint = dice.pick(merchant.endpoints);
    const changes = dice.pick(CHANGES);
    const isMaking = endpoint.endpointId === NOTIFY_URL_ENDPOINT || dice.chance(0.5);
    this.#initiators.busy += 1;
    time.at(START_MS + dice.between(MINUTE_MS, STORM_MS * 0.7), async () => {
      await (isMaking ? this.#make(merchant) : this.#change(merchant, { endpoint, changes }));
      this.#initiators.busy -= 1;
    });
  }

  async #make(merchant: SimulatedMerchant): Promise<void> {
    const { merchantId } = merchant;
    await this.#recordMeanwhile(merchant);
    await this.#byHand.make(merchantId, async (ports) => {
      this.#made += 1;
      const url = `https://${merchantId}.example/made/${this.#made}`;
      const made = await createEndpoint(ports, merchantId, { url, expectBody: 'success' });
      return made.kind === 'created' ? made.endpoint : undefined;
    });
    this.#record(merchant, 1, 0);
  }

  async #change(
    merchant: SimulatedMerchant,
    planned: { readonly endpoint: SimulatedEndpoint; readonly changes: readonly EndpointChanges[] },
  ): Promise<void> {
    const { dice, time } = this.#around;
    for (const changes of planned.changes) {
      await this.#recordMeanwhile(merchant);
      await this.#byHand.change({ ...merchant, ...planned.endpoint }, changes);
      this.#record(merchant, 1, 0);
      await time.sleep(dice.between(MIN_PAUSE_MS, MAX_PAUSE_MS));
    }
  }

  async #recordMeanwhile(merchant: SimulatedMerchant): Promise<void> {
    const { dice, time } = this.#around;
    this.#record(merchant, MEANWHILE, MEANWHILE_MS);
    await time.sleep(dice.between(0, MOMENT_MS));
  }

  #record(merchant: SimulatedMerchant, times: number, withinMs: number): void {
    const { dice, time } = this.#around;
    for (let n = 0; n < times; n += 1) {
      this.#recorded += 1;
      const atMs = time.now + dice.between(0, withinMs);
      this.#initiators.plan(merchant, `owned_${this.#recorded}`, atMs);
    }
  }

  /** Opens a receiver for each stored endpoint, including those whose creation was not answered. */
  onWrite(endpoint: Endpoint): void {
    const { merchantId, endpointId, url, secrets } = endpoint;
    const merchant = this.#merchants.find((one) => one.merchantId === merchantId);
    if (merchant === undefined || !url.includes('/made/')) return;
    if (merchant.endpoints.some((one) => one.endpointId === endpointId)) return;
    const secret = secrets[0]?.sealed ?? '';
    const receiver = new Receiver({
      ...this.#around,
      secret: () => secret,
      fate: 'moody',
      demandsBody: true,
    });
    merchant.endpoints.push({ endpointId, receivers: new Map([[url, receiver]]) });
  }
}
