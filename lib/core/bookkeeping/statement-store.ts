import type { MerchantId } from '../model.ts';
import type { Statement } from './statement.ts';

/** Statements of days; strongly consistent. */
export interface StatementStore {
  read(merchantId: MerchantId, date: string): Promise<Statement | undefined>;
  /** Those of the last days, the newest first, `limit` at most. */
  newest(merchantId: MerchantId, limit: number): Promise<readonly Statement[]>;
  /** False where the day's statement is not of `expectedRevision` (undefined: there is none). */
  save(statement: Statement, expectedRevision: number | undefined): Promise<boolean>;
}

/** The files of statements, each written once. */
export interface StatementFiles {
  /** Writes a whole file as its pieces come, or none: where they end in a fault, it is thrown on. */
  write(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
}
