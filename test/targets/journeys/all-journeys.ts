import type { Journey } from '../suite/scene.ts';
import { acknowledge } from './acknowledge.ts';
import { callback } from './callback.ts';
import { checkBack } from './check-back.ts';
import { exhausted } from './exhausted.ts';
import { feed } from './feed.ts';
import { intakeEvents, intakeQueue } from './intake.ts';
import { operate } from './operate.ts';
import { query } from './query.ts';
import { reconcile } from './reconcile.ts';
import { record } from './record.ts';
import { redelivery } from './redelivery.ts';
import { reference } from './reference.ts';
import { replay } from './replay.ts';
import { retry } from './retry.ts';
import { statement } from './statement.ts';
import { tenants } from './tenants.ts';
import { threeMerchants } from './three-merchants.ts';
import { visit } from './visit.ts';
import { windows } from './windows.ts';

/** Every journey, in the order of the table. */
export const journeys: readonly Journey[] = [
  record,
  callback,
  retry,
  exhausted,
  redelivery,
  replay,
  acknowledge,
  query,
  feed,
  windows,
  statement,
  reconcile,
  checkBack,
  intakeQueue,
  intakeEvents,
  tenants,
  visit,
  reference,
  threeMerchants,
  operate,
];
