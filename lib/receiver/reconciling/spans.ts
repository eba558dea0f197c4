/** A time range in milliseconds since 1970: `fromMs` inclusive, `toMs` exclusive. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Cuts a span into pieces of at most `lengthMs`, oldest first. */
export function* piecesOf({ fromMs, toMs }: Span, lengthMs: number): Iterable<Span> {
  for (let atMs = fromMs; atMs < toMs; atMs += lengthMs) {
    yield { fromMs: atMs, toMs: Math.min(atMs + lengthMs, toMs) };
  }
}

/** Merges adjacent spans, so that a day of differing hours takes one request, not twenty-four. */
export function mergeNeighbours(spans: readonly Span[]): readonly Span[] {
  const merged: Span[] = [];
  for (const { fromMs, toMs } of spans) {
    const last = merged.at(-1);
    if (last?.toMs === fromMs) merged[merged.length - 1] = { fromMs: last.fromMs, toMs };
    else merged.push({ fromMs, toMs });
  }
  return merged;
}
