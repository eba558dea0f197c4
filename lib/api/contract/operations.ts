import { listAlerts } from '../alerts/alerts-contract.ts';
import { listAuditLog } from '../audit-log/audit-log-contract.ts';
import { listDeadLetters, redriveDeadLetters } from '../dead-letters/dead-letters-contract.ts';
import { listDeliveries } from '../deliveries/deliveries-contract.ts';
import * as docs from '../docs/docs-contract.ts';
import * as endpoints from '../endpoints/endpoints-contract.ts';
import { testEndpoint } from '../endpoints/test-contract.ts';
import * as keys from '../keys/keys-contract.ts';
import { eraseMerchantOperation, getErasure } from '../merchants/erase-contract.ts';
import * as merchants from '../merchants/merchants-contract.ts';
import * as settling from '../notifications/settle-contract.ts';
import { listNotifications } from '../notifications/undelivered-contract.ts';
import { readOverviewOperation } from '../overview/overview-contract.ts';
import { listParkedRecords, putBackParkedRecord, putBackParkedRecords } from '../parked/parked-contract.ts';
import { createOwnPortalLink, createPortalLink } from '../portal-links/portal-links-contract.ts';
import { listPublicKeys } from '../public-keys/public-keys-contract.ts';
import * as reconciling from '../reconciliations/reconciliations-contract.ts';
import * as redelivering from '../redeliveries/redeliveries-contract.ts';
import { askStatement } from '../statements/statements-contract.ts';
import { readStatsOperation } from '../stats/stats-contract.ts';
import * as asking from '../transactions/ask-contract.ts';
import { recordTransaction, recordTransactions } from '../transactions/record-contract.ts';
import { listUnresolvedTransactions, resolveTransaction } from '../unresolved/unresolved-contract.ts';
import { whoAmI } from '../whoami/whoami-contract.ts';
import * as windows from '../windows/windows-contract.ts';
import { formForAdmins } from './for-admins.ts';
import type { Operation } from './operation.ts';

const own: readonly Operation[] = [
  recordTransaction,
  recordTransactions,
  ...Object.values(asking),
  ...Object.values(windows),
  ...Object.values(reconciling),
  askStatement,
  listNotifications,
  readStatsOperation,
  listDeliveries,
  listAlerts,
  ...Object.values(settling),
  ...Object.values(redelivering),
  ...Object.values(merchants),
  ...Object.values(docs),
  eraseMerchantOperation,
  getErasure,
  ...Object.values(endpoints),
  ...Object.values(keys),
  testEndpoint,
  listUnresolvedTransactions,
  resolveTransaction,
  listPublicKeys,
  listAuditLog,
  whoAmI,
  readOverviewOperation,
  createPortalLink,
  createOwnPortalLink,
  listDeadLetters,
  redriveDeadLetters,
  listParkedRecords,
  putBackParkedRecord,
  putBackParkedRecords,
];

/** Every operation of the API, in all functions, with the forms for admins. */
export const operations: readonly Operation[] = own.flatMap((operation) => {
  const form = formForAdmins(operation);
  return form === undefined ? [operation] : [operation, form];
});
