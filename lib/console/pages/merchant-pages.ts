import type { Action, Page } from '../site/page.ts';
import { alertsPage } from './catalogue/alerts-page.tsx';
import { cataloguePage } from './catalogue/catalogue-page.tsx';
import { deliveriesPage } from './deliveries/deliveries-page.tsx';
import { acknowledgeOutcome, acknowledgePage, sendAgain } from './deliveries/transaction-actions.tsx';
import { transactionPage } from './deliveries/transaction-page.tsx';
import { rotateSecret, testEndpointAction } from './endpoints/endpoint-actions.tsx';
import {
  createEndpointAction,
  editEndpointAction,
  editEndpointPage,
  newEndpointPage,
} from './endpoints/endpoint-form-pages.tsx';
import { endpointPage } from './endpoints/endpoint-page.tsx';
import {
  deleteEndpointPage,
  disableEndpointPage,
  removeEndpoint,
  switchEndpoint,
} from './endpoints/endpoint-switches.tsx';
import { endpointsPage } from './endpoints/endpoints-page.tsx';
import { cancelJob, cancelJobPage, jobPage } from './jobs/job-page.tsx';
import { merchantJobsPage } from './jobs/merchant-jobs-page.tsx';
import { replayPage, startReplay } from './jobs/replay-page.tsx';
import { createKeyAction, revokeKeyAction, revokeKeyPage } from './keys/key-actions.tsx';
import { keysPage } from './keys/keys-page.tsx';
import { reconciliationPage } from './reconciliation/reconciliation-page.tsx';
import { sendRowsAgain } from './reconciliation/send-rows-again.ts';
import { statementsPage } from './statements/statements-page.tsx';

/** The pages and actions of one merchant. A path without parameters stands before one that would match it too. */

export const merchantPages: readonly Page[] = [
  deliveriesPage,
  transactionPage,
  acknowledgePage,
  replayPage,
  merchantJobsPage,
  jobPage,
  cancelJobPage,
  endpointsPage,
  newEndpointPage,
  endpointPage,
  editEndpointPage,
  disableEndpointPage,
  deleteEndpointPage,
  reconciliationPage,
  statementsPage,
  cataloguePage,
  alertsPage,
  keysPage,
  revokeKeyPage,
];

export const merchantActions: readonly Action[] = [
  sendAgain,
  acknowledgeOutcome,
  startReplay,
  cancelJob,
  createEndpointAction,
  editEndpointAction,
  switchEndpoint,
  removeEndpoint,
  testEndpointAction,
  rotateSecret,
  sendRowsAgain,
  createKeyAction,
  revokeKeyAction,
];
