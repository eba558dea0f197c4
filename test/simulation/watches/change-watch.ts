import { currentSpan, type Endpoint } from '../../../lib/core/merchants/merchant-config.ts';
import type { Wanted } from '../../../lib/core/merchants/settings-history.ts';
import type { EndpointId, MerchantId } from '../../../lib/core/model.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';

/** A change of an endpoint whose answer said that it is in force. */
export interface AnsweredChange {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
  readonly wanted: Wanted;
  readonly inForceFrom: string;
  readonly answeredMs: number;
}

/** A request for a change that was not answered. It may still have written something. */
interface Unanswered {
  readonly merchantId: MerchantId;
  /** Undefined if the request was to create an endpoint. */
  readonly endpointId?: EndpointId | undefined;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Changes of endpoints as their clients see them. */
export class ChangeWatch {
  readonly answered: AnsweredChange[] = [];
  readonly unanswered: Unanswered[] = [];
  readonly #time: VirtualTime;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** @param request resolves to undefined if the function died */
  async over<T>(
    key: Pick<Unanswered, 'merchantId' | 'endpointId'>,
    request: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const fromMs = this.#time.now;
    const result = await request().catch(() => undefined);
    if (result === undefined) this.unanswered.push({ ...key, fromMs, untilMs: this.#time.now });
    return result;
  }

  onAnswer(endpoint: Endpoint): void {
    const { merchantId, endpointId } = endpoint;
    const { from: inForceFrom, ...wanted } = currentSpan(endpoint);
    this.answered.push({ merchantId, endpointId, wanted, inForceFrom, answeredMs: this.#time.now });
  }
}
