import type { EndpointId, MerchantId } from '../../model.ts';
import { isoTime } from '../../time.ts';
import type { Endpoint } from '../merchant-config.ts';
import { headerContext, type Seal } from '../secrets/seal.ts';

/**
 * Headers that an endpoint's owner adds to every request to it, such as `authorization`. Their values are sealed like
 * secrets: they are stored sealed, opened only to be sent, and never shown again.
 */

/** Maximum number of headers of one endpoint. */
export const MAX_HEADERS = 8;

/** Names with values. Names are in lower case. */
export type HeaderValues = Readonly<Record<string, string>>;

/** A change of headers. */
export interface HeaderChanges {
  /** New values by name; `null` removes one. */
  readonly values: Readonly<Record<string, string | null>>;
  /** What happens to the headers that `values` does not name. */
  readonly others: 'kept' | 'removed';
}

export type StoredHeaders = NonNullable<Endpoint['headers']>;

/** A header to store, sealed before the row is read for the write. */
interface SealedHeader {
  readonly name: string;
  readonly sealed: string;
  /** The sealed text that is stored already and holds the same value. */
  readonly sameAs?: string | undefined;
}

/** Changes of headers, ready to be applied. */
export interface SealedChanges {
  readonly set: readonly SealedHeader[];
  readonly removed: readonly string[];
  readonly others: HeaderChanges['others'];
}

interface HeaderOwner {
  readonly merchantId: MerchantId;
  readonly endpointId: EndpointId;
}

/**
 * Seals the values of a change. A value that is stored already is recognised, so that a repeated request changes nothing.
 *
 * @param stored the headers of the endpoint as read before
 */
export async function sealChanges(
  { seal }: { readonly seal: Seal },
  owner: HeaderOwner,
  {
    changes,
    stored = [],
  }: { readonly changes: HeaderChanges | null; readonly stored?: StoredHeaders | undefined },
): Promise<SealedChanges> {
  const { values, others } = changes ?? { values: {}, others: 'removed' };
  const entries = Object.entries(values);
  const removed = entries.flatMap(([name, value]) => (value === null ? [name] : []));
  const set = entries.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
  return {
    set: await Promise.all(set.map((header) => sealHeader(seal, owner, { header, stored }))),
    removed,
    others,
  };
}

interface HeaderToSeal {
  readonly header: { readonly name: string; readonly value: string };
  readonly stored: StoredHeaders;
}

async function sealHeader(
  seal: Seal,
  owner: HeaderOwner,
  { header: { name, value }, stored }: HeaderToSeal,
): Promise<SealedHeader> {
  const context = headerContext(owner, name);
  const known = stored.find((one) => one.name === name)?.sealed;
  if (known !== undefined && (await seal.open(known, context)) === value) {
    return { name, sealed: known, sameAs: known };
  }
  return { name, sealed: await seal.seal(value, context) };
}

/** The headers after a change, by name. Unchanged ones keep the time at which they were set. */
export function withHeaders(
  stored: StoredHeaders,
  { set, removed, others }: SealedChanges,
  nowMs: number,
): StoredHeaders {
  const isNamed = (name: string) => removed.includes(name) || set.some((one) => one.name === name);
  const kept = others === 'kept' ? stored.filter(({ name }) => !isNamed(name)) : [];
  const changed = set.map(({ name, sealed, sameAs }) => {
    const same = stored.find((one) => one.name === name && one.sealed === sameAs);
    return same ?? { name, sealed, setAt: isoTime(nowMs) };
  });
  return [...kept, ...changed].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The headers with their values, to be sent. */
export async function openHeaders(
  { seal }: { readonly seal: Seal },
  { headers = [], ...owner }: Pick<Endpoint, 'merchantId' | 'endpointId' | 'headers'>,
): Promise<HeaderValues> {
  const opened = await Promise.all(
    headers.map(
      async ({ name, sealed }) => [name, await seal.open(sealed, headerContext(owner, name))] as const,
    ),
  );
  return Object.fromEntries(opened);
}
