import type { Site } from '../site/console-site.ts';
import { deadLettersPage, putLettersBack, putLettersBackPage } from './attention/dead-letters-page.tsx';
import { parkedPage } from './attention/parked-page.tsx';
import { putAllBack, putAllBackPage, putOneBack, putOneBackPage } from './attention/put-back.tsx';
import { resolveOne, unresolvedOnePage } from './attention/unresolved-one-page.tsx';
import { unresolvedPage } from './attention/unresolved-page.tsx';
import { auditLogPage } from './audit-log/audit-log-page.tsx';
import { createMerchantAction } from './create-merchant.tsx';
import { jobsPage } from './jobs/jobs-page.tsx';
import { makePortalLink, merchantPage } from './merchant-page.tsx';
import { merchantActions, merchantPages } from './merchant-pages.ts';
import { merchantsPage } from './merchants-page.tsx';
import { overviewPage } from './overview/overview-page.tsx';
import { reconciliationResources } from './reconciliation/reconciliation-resources.ts';

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
    merchantsPage,
    merchantPage,
    ...merchantPages,
  ],
  actions: [
    resolveOne,
    putLettersBack,
    putOneBack,
    putAllBack,
    createMerchantAction,
    makePortalLink,
    ...merchantActions,
  ],
  resources: reconciliationResources,
};
