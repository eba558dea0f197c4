/** The only file of the kit that reads the clock. Whoever wants another passes one. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Now = () => number;

export const systemNow: Now = () => Date.now();
