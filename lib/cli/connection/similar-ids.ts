import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { CommandFailure } from '../command-line/exit-status.ts';

/** Suggests the id that was meant, after the service did not know the one that was typed. */

interface Collection {
  /** The last part of its path. */
  readonly name: string;
  readonly idField: string;
}

const COLLECTIONS: Readonly<Record<string, Collection>> = {
  unknown_merchant: { name: 'merchants', idField: 'merchantId' },
  unknown_endpoint: { name: 'endpoints', idField: 'endpointId' },
  unknown_job: { name: 'redeliveries', idField: 'jobId' },
  unknown_key: { name: 'keys', idField: 'keyId' },
};

const MOST_SHOWN = 3;
/** More changes than this make another id. */
const MAX_EDITS = 2;

/**
 * The failure with what was meant, if the collection has it. Looks at one page of it.
 *
 * @param path of the request that failed: `/v1/merchants/shop-7/endpoints/ep_1`
 * @param list reads a path. If it fails, there is no suggestion
 */
export async function withSimilarIds(
  failure: CommandFailure,
  path: string,
  list: (path: string, parameters: Readonly<Record<string, string>>) => Promise<JsonObject>,
): Promise<CommandFailure> {
  const collection = COLLECTIONS[failure.code];
  const [, parent, typed] = new RegExp(`^(.*/${collection?.name})/([^/]+)`).exec(path) ?? [];
  if (collection === undefined || parent === undefined || typed === undefined) return failure;
  // Merchants may be many: those that begin like the typed one.
  const parameters = collection.name === 'merchants' ? { prefix: typed.slice(0, 1) } : {};
  const page = await list(parent, parameters).catch(() => undefined);
  const ids = Array.isArray(page?.items)
    ? page.items.filter(isObject).map((item) => String(item[collection.idField]))
    : [];
  const similar = similarIds(typed, ids);
  if (similar.length === 0) return failure;
  const { status, code, message, problem, cause } = failure;
  const hint = `Did you mean ${similar.join(' or ')}?`;
  return new CommandFailure(status, code, message, {
    hint,
    cause,
    ...(problem !== undefined && { problem }),
  });
}

/** Ids that begin with or contain what was typed, or else those with the fewest differences. */
export function similarIds(typed: string, ids: readonly string[]): readonly string[] {
  const lower = typed.toLowerCase();
  const begun = ids.filter((id) => id.toLowerCase().startsWith(lower));
  const held = ids.filter((id) => lower.length >= MAX_EDITS + 1 && id.toLowerCase().includes(lower));
  const close = ids.filter((id) => edits(lower, id.toLowerCase()) <= Math.min(MAX_EDITS, lower.length - 1));
  return ([begun, held, close].find(({ length }) => length > 0) ?? []).slice(0, MOST_SHOWN);
}

/** Characters to add, remove or replace (Levenshtein). */
function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_EDITS) return MAX_EDITS + 1;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [at, character] of [...a].entries()) {
    const next = [at + 1];
    for (let other = 1; other <= b.length; other += 1) {
      const replaced = (row[other - 1] ?? 0) + (b[other - 1] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[other] ?? 0) + 1, (next[other - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
