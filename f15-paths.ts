import { SITE } from './lib/console/pages/all-pages.ts';
