import type { Site } from '../site/console-site.ts';
import { makePortalLink, merchantPage } from './merchant-page.tsx';
import { merchantActions, merchantPages } from './merchant-pages.ts';
import { merchantsPage } from './merchants-page.tsx';
import { overviewPage } from './overview-page.tsx';
import { reconciliationResources } from './reconciliation/reconciliation-resources.ts';

/** Every page and action of the console. A test tries all of them with the sessions of others. */
export const SITE: Site = {
  pages: [overviewPage, merchantsPage, merchantPage, ...merchantPages],
  actions: [makePortalLink, ...merchantActions],
  resources: reconciliationResources,
};
