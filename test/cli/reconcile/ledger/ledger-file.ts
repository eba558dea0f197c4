import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { openLedger, readLedger } from '../../../../lib/cli/reconcile/ledger/ledger-rows.ts';
import type { LedgerRow } from '../../../../lib/ledger/columns.ts';
import { removeDirectory, temporaryDirectory } from '../../../support/local-service.ts';

export const NAMES =
  'transactionId,version,transactionType,status,amount,currency,reference,occurredAt,listedAt';
export const TIME = '2026-11-20T08:00:00.000Z';

/** A line of a ledger, without its end. */
export const line = (transactionId: string, changes: Readonly<Record<string, string>> = {}) => {
  const fields = {
    transactionId,
    version: '1',
    transactionType: 'payment',
    status: 'SUCCEEDED',
    amount: '1999',
    currency: 'CNY',
    reference: 'ORDER-1',
    occurredAt: TIME,
    listedAt: TIME,
    ...changes,
  };
  return Object.values(fields).join();
};

export const places = (rows: readonly LedgerRow[]) =>
  rows.map(({ transactionId, line: at }) => `${transactionId}@${at}`);

export const quotedWhereNeeded = (changes: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [name, value.includes(',') ? `"${value}"` : value]),
  );

/** Reads a ledger with the given content from a file, in a directory that lasts as long as the tests. */
export function useLedgerFile() {
  const directory = temporaryDirectory();
  afterAll(() => removeDirectory(directory));

  async function read(content: string | Uint8Array, needsType = false) {
    const path = join(directory, 'ledger.csv');
    writeFileSync(path, content);
    const rows: LedgerRow[] = [];
    const bytes: number[] = [];
    const ledger = await openLedger(path);
    const reading = await readLedger(ledger, {
      needsType,
      onRow: (row) => rows.push(row),
      onBytes: (far) => bytes.push(far),
    });
    rmSync(path);
    expect(bytes.at(-1)).toBe(ledger.bytes);
    return { ...reading, rows };
  }

  return {
    directory,
    read,
  };
}
