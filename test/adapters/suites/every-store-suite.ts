import type { OpenTable } from '../support/throwaway-table.ts';
import { describeAlertStore } from './delivery/alert-store-suite.ts';
import { describeCheckStore } from './delivery/check-store-suite.ts';
import { describeCountStore } from './delivery/count-store-suite.ts';
import { describeGate } from './delivery/gate-suite.ts';
import { describeHealthStore } from './delivery/health-store-suite.ts';
import { describeJobStore } from './delivery/job-store-suite.ts';
import { describeNotificationIndex } from './delivery/notification-index-suite.ts';
import { describeNotificationStore } from './delivery/notification-store-suite.ts';
import { describeParking } from './delivery/parking-suite.ts';
import { describeSlotStore } from './delivery/slot-store-suite.ts';
import { describeExpectationStore } from './feed/expectation-store-suite.ts';
import { describeFeedStore } from './feed/feed-store-suite.ts';
import { describeGlance } from './feed/glance-suite.ts';
import { describeOutcomeStore } from './feed/outcome-store-suite.ts';
import { describeStatementStore } from './feed/statement-store-suite.ts';
import { describeWindowStore } from './feed/window-store-suite.ts';
import { describeAuditLog } from './merchants/audit-log-suite.ts';
import { describeDirectory } from './merchants/directory-suite.ts';
import { describeKeyStore } from './merchants/key-store-suite.ts';
import { describeMerchantList } from './merchants/merchant-list-suite.ts';
import { describeMerchantStore } from './merchants/merchant-store-suite.ts';
import { describeSessionStore } from './merchants/session-store-suite.ts';

/** Every port of the table. */
export function describeTable(name: string, open: OpenTable): void {
  describeOutcomeStore(name, open);
  describeNotificationStore(name, open);
  describeNotificationIndex(name, open);
  describeAlertStore(name, open);
  describeCheckStore(name, open);
  describeCountStore(name, open);
  describeFeedStore(name, open);
  describeWindowStore(name, open);
  describeExpectationStore(name, open);
  describeGlance(name, open);
  describeMerchantStore(name, open);
  describeDirectory(name, open);
  describeMerchantList(name, open);
  describeKeyStore(name, open);
  describeSessionStore(name, open);
  describeAuditLog(name, open);
  describeHealthStore(name, open);
  describeSlotStore(name, open);
  describeGate(name, open);
  describeJobStore(name, open);
  describeStatementStore(name, open);
  describeParking(name, open);
}
