import type { Site } from '../site/console-site.ts';
import { deliveriesPage } from './deliveries-page.tsx';
import { disableEndpointPage, endpointsPage, switchEndpoint } from './endpoints-page.tsx';
import { makePortalLink, merchantPage } from './merchant-page.tsx';
import { merchantsPage } from './merchants-page.tsx';
import { overviewPage } from './overview-page.tsx';
import { reconciliationPage } from './reconciliation/reconciliation-page.tsx';
import { reconciliationResources } from './reconciliation/reconciliation-resources.ts';
import { sendRowsAgain } from './reconciliation/send-rows-again.ts';
import { sendAgain, transactionPage } from './transaction-page.tsx';

/** Every page and action of the console. A test tries all of them with the sessions of others. */
export const SITE: Site = {
  pages: [
    overviewPage,
    merchantsPage,
    merchantPage,
    deliveriesPage,
    transactionPage,
    endpointsPage,
    reconciliationPage,
    disableEndpointPage,
  ],
  actions: [makePortalLink, sendAgain, switchEndpoint, sendRowsAgain],
  resources: reconciliationResources,
};
