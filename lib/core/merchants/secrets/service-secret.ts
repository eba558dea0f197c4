/** A secret value that was generated when the service was deployed. */
export interface GeneratedSecret {
  /** @param notBeforeMs the value must come from a read that began then or later. Default: a cached value is good enough */
  value(notBeforeMs?: number): Promise<string>;
}
