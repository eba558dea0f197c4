import type { MerchantId } from '../../model.ts';
import type { Statement } from './statement.ts';

/** Daily statements. Strongly consistent. */
export interface StatementStore {
  read(merchantId: MerchantId, date: string): Promise<Statement | undefined>;
  /** The last statements, newest first, `limit` at most. */
  newest(merchantId: MerchantId, limit: number): Promise<readonly Statement[]>;
  /** False if the stored statement is not of `expectedRevision` (undefined: none may be stored). */
  save(statement: Statement, expectedRevision: number | undefined): Promise<boolean>;
}

/** Statement files. Each is written once. */
export interface StatementFiles {
  /** Writes the pieces as they arrive. If `pieces` throws, no file is kept and the error is rethrown. */
  write(file: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
}
