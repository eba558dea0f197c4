import type { OpenTable } from '../support/throwaway-table.ts';
import { describeCheckStore } from './check-store-suite.ts';
import { describeDirectory } from './directory-suite.ts';
import { describeFeedStore } from './feed-store-suite.ts';
import { describeGate } from './gate-suite.ts';
import { describeHealthStore } from './health-store-suite.ts';
import { describeJobStore } from './job-store-suite.ts';
import { describeKeyStore } from './key-store-suite.ts';
import { describeMerchantStore } from './merchant-store-suite.ts';
import { describeNotificationIndex } from './notification-index-suite.ts';
import { describeNotificationStore } from './notification-store-suite.ts';
import { describeOutcomeStore } from './outcome-store-suite.ts';
import { describeParking } from './parking-suite.ts';
import { describeStatementStore } from './statement-store-suite.ts';
import { describeWindowStore } from './window-store-suite.ts';

/** Every port of the table. */
export function describeTable(name: string, open: OpenTable): void {
  describeOutcomeStore(name, open);
  describeNotificationStore(name, open);
  describeNotificationIndex(name, open);
  describeCheckStore(name, open);
  describeFeedStore(name, open);
  describeWindowStore(name, open);
  describeMerchantStore(name, open);
  describeDirectory(name, open);
  describeKeyStore(name, open);
  describeHealthStore(name, open);
  describeGate(name, open);
  describeJobStore(name, open);
  describeStatementStore(name, open);
  describeParking(name, open);
}
