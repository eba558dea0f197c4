/** Largest bundle of a function, in bytes. `deliver` has an HTTP client besides. */
export const MAX_BUNDLE_BYTES = 560_000;
export const MAX_DELIVER_BYTES = 650_000;
