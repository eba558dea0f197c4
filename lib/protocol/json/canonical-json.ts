/**
 * Serialises equal values to the same text, independent of key order. `value` must be JSON of bounded depth.
 *
 * @example canonicalJson({ b: 1, a: [2] }) // '{"a":[2],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The keys whose values differ, ignoring the order of keys within the values. Both have the same keys. */
export function differingKeys<T extends object>(left: T, right: T): readonly (keyof T & string)[] {
  const keys = Object.keys(left) as (keyof T & string)[];
  return keys.filter((key) => canonicalJson(left[key]) !== canonicalJson(right[key]));
}
