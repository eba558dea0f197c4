import { currentSpan, type Endpoint } from '../../../lib/core/merchants/merchant-config.ts';
import type { MerchantStore } from '../../../lib/core/merchants/merchant-store.ts';
import { type EndpointId, type MerchantId, NOTIFY_URL_ENDPOINT } from '../../../lib/core/model.ts';
import { SECOND_MS } from '../../../lib/core/time.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';

/** The settings of an endpoint, from the moment at which the table held them. */
export interface Setting {
  readonly fromMs: number;
  readonly url: string;
  readonly enabled: boolean;
  readonly types: readonly string[];
  readonly ratePerSecond: number | undefined;
}

interface Key {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

/** Settings may be ten seconds old when an attempt begins, and a few calls follow until its effect is observed. */
const IN_FORCE_MS = 20 * SECOND_MS;

/** Keeps all settings that an endpoint ever had, including those that the service drops. */
export class SettingsWatch {
  readonly #settings = new Map<string, Setting[]>();
  readonly #time: VirtualTime;
  readonly #onWrite: (endpoint: Endpoint) => void;

  constructor(time: VirtualTime, onWrite: (endpoint: Endpoint) => void) {
    this.#time = time;
    this.#onWrite = onWrite;
  }

  over(merchants: MerchantStore): MerchantStore {
    const noted = (endpoint: Endpoint, isWritten: boolean) => {
      if (isWritten) {
        this.#note(endpoint);
        this.#onWrite(endpoint);
      }
      return isWritten;
    };
    return {
      ...merchants,
      createEndpoint: async (endpoint, ...when) =>
        noted(endpoint, await merchants.createEndpoint(endpoint, ...when)),
      saveEndpoint: async (endpoint, ...when) =>
        noted(endpoint, await merchants.saveEndpoint(endpoint, ...when)),
    };
  }

  #note(endpoint: Endpoint): void {
    const { url, ratePerSecond } = endpoint;
    const { enabled, types } = currentSpan(endpoint);
    const name = nameOf(endpoint);
    const setting = { fromMs: this.#time.now, url, enabled, types, ratePerSecond };
    this.#settings.set(name, [...(this.#settings.get(name) ?? []), setting]);
  }

  /** Checks that a request goes to the endpoint's URL, now or a moment ago, and that the endpoint was enabled. */
  onRequest(key: Key, url: string, broken: string[]): void {
    if (key.endpointId === NOTIFY_URL_ENDPOINT) return;
    const isRight = this.inForce(key, this.#time.now).some(
      (setting) => setting.enabled && setting.url === url,
    );
    if (!isRight) broken.push(`${nameOf(key)} was called at ${url}, against its settings`);
  }

  /** Oldest first. */
  of(key: Key): readonly Setting[] {
    return this.#settings.get(nameOf(key)) ?? [];
  }

  /** The settings that may have decided what happened at `atMs`. */
  inForce(key: Key, atMs: number, withinMs = IN_FORCE_MS): readonly Setting[] {
    const settings = this.of(key);
    return settings.filter(({ fromMs }, index) => {
      const untilMs = settings[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY;
      return fromMs <= atMs && untilMs >= atMs - withinMs;
    });
  }
}

function nameOf({ merchantId, endpointId }: Key): string {
  return `${merchantId}/${endpointId}`;
}
