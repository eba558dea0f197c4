import type { MerchantId } from './model.ts';

/** Something of a merchant's that is done by one at a time, such as the test of one endpoint. */
export interface GatedPlace {
  readonly merchantId: MerchantId;
  readonly name: string;
}

/** Keeps those who do the same apart, whichever process they run in. */
export interface Gate {
  /** Lets one caller in and nobody else before `untilMs`; the others learn until when it is closed. */
  enter(
    place: GatedPlace,
    times: { readonly nowMs: number; readonly untilMs: number },
  ): Promise<{ readonly kind: 'entered' } | { readonly kind: 'closed'; readonly untilMs: number }>;
  /** Opens the gate before the `untilMs` with which the caller entered; later it changes nothing. */
  leave(place: GatedPlace, untilMs: number): Promise<void>;
}
