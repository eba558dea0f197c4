import type { OpenTable } from '../support/table.ts';
import { describeDirectory } from './directory.ts';
import { describeFeedStore } from './feed-store.ts';
import { describeGate } from './gate.ts';
import { describeHealthStore } from './health-store.ts';
import { describeJobStore } from './job-store.ts';
import { describeKeyStore } from './key-store.ts';
import { describeMerchantStore } from './merchant-store.ts';
import { describeNotificationIndex } from './notification-index.ts';
import { describeNotificationStore } from './notification-store.ts';
import { describeOutcomeStore } from './outcome-store.ts';
import { describeParking } from './parking.ts';
import { describeStatementStore } from './statement-store.ts';
import { describeWindowStore } from './window-store.ts';

/** Every port of the table. */
export function describeTable(name: string, open: OpenTable): void {
  describeOutcomeStore(name, open);
  describeNotificationStore(name, open);
  describeNotificationIndex(name, open);
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
