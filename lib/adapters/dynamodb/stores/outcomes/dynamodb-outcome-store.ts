import type { TransactionReader } from '../../../../core/deliver/state/transaction-reader.ts';
import type { OutcomeStore } from '../../../../core/record/outcome-store.ts';
import type { Table } from '../../table/table-client.ts';
import { createOutcomeReads, type OutcomeReadOptions } from './outcome-reads.ts';
import { createOutcomeWrites } from './outcome-writes.ts';

export function createOutcomeStore(
  table: Table,
  options: OutcomeReadOptions & { readonly retentionDays: number },
): OutcomeStore & TransactionReader {
  return { ...createOutcomeReads(table, options), ...createOutcomeWrites(table, options) };
}
