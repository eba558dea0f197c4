import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;
/** Rows of some minutes that the service does not know. */
const UNKNOWN_ROWS = 2_000;
const UNKNOWN_MS = 200_000;
/** Rows that are older than what the service keeps. */
const OLD_ROWS = 300_000;
const OLD_MS = 400 * 24 * HOUR_MS;

/** Writes a ledger of 25 MB, which shares no row with the service. Returns its path. */
export function largeLedger(directory: string): string {
  const startMs = Date.now() - 26 * HOUR_MS;
  const row = (index: number, listedMs: number) =>
    `of_another_service_${String(index).padStart(8, '0')},1,SUCCEEDED,${index},CNY,${new Date(listedMs).toISOString()}`;
  const rows = Array.from({ length: OLD_ROWS + UNKNOWN_ROWS }, (_, index) =>
    index < OLD_ROWS
      ? row(index, startMs - OLD_MS + index)
      : row(index, startMs + ((index - OLD_ROWS) * UNKNOWN_MS) / UNKNOWN_ROWS),
  );
  const file = join(directory, 'large-ledger.csv');
  writeFileSync(file, ['transactionId,version,status,amount,currency,listedAt', ...rows].join('\n'));
  return file;
}
