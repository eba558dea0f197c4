import type { MerchantId } from '../model.ts';

/** Work of a merchant that only one caller may do at a time, such as the test of one endpoint. */
export interface GatedPlace {
  readonly merchantId: MerchantId;
  readonly name: string;
}

/** Mutual exclusion across processes, with a time limit (a lease). */
export interface Gate {
  /** Admits one caller and no other before `untilMs`. The others get the time until which the gate is closed. */
  enter(
    place: GatedPlace,
    times: { readonly nowMs: number; readonly untilMs: number },
  ): Promise<{ readonly kind: 'entered' } | { readonly kind: 'closed'; readonly untilMs: number }>;
  /** Opens the gate early. `untilMs` must be the value that the caller entered with. After that time it has no effect. */
  leave(place: GatedPlace, untilMs: number): Promise<void>;
}
