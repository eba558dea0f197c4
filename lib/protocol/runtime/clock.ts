/** Time and randomness, injected so that tests can replace them. */

/** The wall clock, in milliseconds since 1970-01-01T00:00:00Z. */
export interface Clock {
  now(): number;
}

/** The source of all randomness. */
export interface Random {
  /** A float, 0 inclusive to 1 exclusive; for jitter, never for secrets. */
  fraction(): number;
  /** `size` cryptographically strong random bytes. */
  bytes(size: number): Uint8Array;
}
