import { AwsFault } from '../aws/aws-fault.ts';
import type { AwsInput } from '../aws/aws-server.ts';

/** A request, or one entry of a batch, as the SDK sends it. */
export type Entry = Readonly<Record<string, unknown>>;

/** Minimum and maximum, both inclusive. */
type Range = readonly [minimum: number, maximum: number];

/** Maximum messages in a batch (developer guide, "message quotas", November 2026). */
export const MAX_BATCH = 10;

/** @throws AwsFault if the value is not an integer within the range */
export function integer(input: Entry, name: string, [minimum, maximum]: Range): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new AwsFault(
      'InvalidParameterValue',
      `Value ${String(value)} for parameter ${name} is invalid. Reason: Must be between ${minimum} and ${maximum}.`,
    );
  }
  return value;
}

export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

export function readEntries(input: AwsInput): readonly Entry[] {
  const entries = (input.Entries ?? []) as readonly Entry[];
  if (entries.length === 0) throw new AwsFault('EmptyBatchRequest', 'The batch has no entry.');
  if (entries.length > MAX_BATCH) {
    throw new AwsFault(
      'TooManyEntriesInBatchRequest',
      `The batch has ${entries.length} entries; 10 is the maximum.`,
    );
  }
  if (new Set(entries.map(({ Id }) => Id)).size !== entries.length) {
    throw new AwsFault('BatchEntryIdsNotDistinct', 'Two entries have the same id.');
  }
  return entries;
}

/** Runs `act` for each entry of a batch; each entry succeeds or fails on its own. */
export function eachEntry(entries: readonly Entry[], act: (entry: Entry) => Record<string, unknown>) {
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...act(entry) });
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}
