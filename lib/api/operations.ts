import * as asking from './contract/asking.ts';
import * as endpoints from './contract/endpoints.ts';
import * as keys from './contract/keys.ts';
import * as merchants from './contract/merchants.ts';
import { listPublicKeys } from './contract/public-keys.ts';
import * as reconciling from './contract/reconciling.ts';
import { recordTransaction, recordTransactions } from './contract/recording.ts';
import * as settling from './contract/settling.ts';
import { askStatement } from './contract/statements.ts';
import { testEndpoint } from './contract/testing.ts';
import { listNotifications } from './contract/undelivered.ts';
import { listUnresolvedTransactions, resolveTransaction } from './contract/unresolved.ts';
import * as windows from './contract/windows.ts';
import type { Operation } from './operation.ts';

/** Every request of the API, whichever function serves it. */
export const operations: readonly Operation[] = [
  recordTransaction,
  recordTransactions,
  ...Object.values(asking),
  ...Object.values(windows),
  ...Object.values(reconciling),
  askStatement,
  listNotifications,
  ...Object.values(settling),
  ...Object.values(merchants),
  ...Object.values(endpoints),
  ...Object.values(keys),
  testEndpoint,
  listUnresolvedTransactions,
  resolveTransaction,
  listPublicKeys,
];
