/** The initiator kit for SQL databases: marks that decide check-backs. */

export type { EndOfTransaction } from './check-back/end-of-transaction.ts';
export { type FieldError, InitiatorFault } from './fault.ts';
export type { Mark } from './marks/mark.ts';
export {
  CREATE_MARKS_TABLE,
  committedMarkSql,
  endOrRollBackSql,
  rolledBackMarkSql,
  type SqlConnection,
  type SqlRow,
  type SqlStatement,
} from './marks/sql-marks.ts';
