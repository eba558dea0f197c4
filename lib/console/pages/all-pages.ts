import type { Site } from '../site/console-site.ts';
import { deadLettersPage, putLettersBack, putLettersBackPage } from './attention/dead-letters-page.tsx';
import { parkedPage } from './attention/parked-page.tsx';
import { putAllBack, putAllBackPage, putOneBack, putOneBackPage } from './attention/put-back.tsx';
import { resolveOne, unresolvedOnePage } from './attention/unresolved-one-page.tsx';
import { unresolvedPage } from './attention/unresolved-page.tsx';
import { auditLogPage } from './audit-log/audit-log-page.tsx';
import { deliveriesPage } from './deliveries-page.tsx';
import { disableEndpointPage, endpointsPage, switchEndpoint } from './endpoints-page.tsx';
import { cancelJob, cancelJobPage, jobPage } from './jobs/job-page.tsx';
import { jobsPage } from './jobs/jobs-page.tsx';
import { merchantJobsPage } from './jobs/merchant-jobs-page.tsx';
import { replayPage, startReplay } from './jobs/replay-page.tsx';
import { makePortalLink, merchantPage } from './merchant-page.tsx';
import { merchantsPage } from './merchants-page.tsx';
import { overviewPage } from './overview/overview-page.tsx';
import { reconciliationPage } from './reconciliation/reconciliation-page.tsx';
import { reconciliationResources } from './reconciliation/reconciliation-resources.ts';
import { sendRowsAgain } from './reconciliation/send-rows-again.ts';
import { sendAgain, transactionPage } from './transaction-page.tsx';

/** Every page and action of the console. A test tries all of them with the sessions of others. */
export const SITE: Site = {
  pages: [
    overviewPage,
    unresolvedPage,
    unresolvedOnePage,
    deadLettersPage,
    putLettersBackPage,
    parkedPage,
    putOneBackPage,
    putAllBackPage,
    jobsPage,
    auditLogPage,
    merchantJobsPage,
    jobPage,
    cancelJobPage,
    replayPage,
    merchantsPage,
    merchantPage,
    deliveriesPage,
    transactionPage,
    endpointsPage,
    reconciliationPage,
    disableEndpointPage,
  ],
  actions: [
    startReplay,
    cancelJob,
    resolveOne,
    putLettersBack,
    putOneBack,
    putAllBack,
    makePortalLink,
    sendAgain,
    switchEndpoint,
    sendRowsAgain,
  ],
  resources: reconciliationResources,
};
