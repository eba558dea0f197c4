import { readFileSync } from 'node:fs';
import { createSessionStore } from '../lib/adapters/dynamodb/stores/merchants/dynamodb-session-store.ts';
import { type HttpEvent, serveEvents } from '../lib/api/http/http-event.ts';
import type { ApiFunction } from '../lib/console/asking/console-api.ts';
import { SITE } from '../lib/console/pages/all-pages.ts';
import { createConsole } from '../lib/console/site/console-site.ts';
import { ASSET_FOLDER, openAssets } from '../lib/console/site/http/assets.ts';
import { openInvoking } from './wiring/invoking.ts';
import { openService } from './wiring/open-service.ts';
import type { PassedOnEvent } from './wiring/pass-on.ts';

/** The names of stylesheet and scripts as JSON. The bundler puts them in, and the files beside this module. */
declare const CONSOLE_ASSETS: string;

const { config, table, clock, random, reporter } = openService('console', [
  'apiFunctions',
  'lambdaHost',
  'originSecret',
  'publicUrl',
]);
/**
 * The function behind a function URL, which passes its requests on to this one and serves the API itself. A deployment has one way
 * in, so it is the same for all requests, also for those that run at once.
 */
let front: ApiFunction | undefined;

const app = createConsole(
  {
    sessions: createSessionStore(table),
    api: {
      invoke: openInvoking(table),
      functionOf: ({ function: name }) => {
        const found = front ?? config.apiFunctions[name];
        if (found === undefined) throw new Error(`The console does not know the function ${name}.`);
        return typeof found === 'string' ? { name: found, rawPath: 'decoded' } : found;
      },
    },
    assets: openAssets(JSON.parse(CONSOLE_ASSETS), (file) =>
      readFileSync(new URL(`./${ASSET_FOLDER}/${file}`, import.meta.url)),
    ),
    clock,
    random,
    reporter,
    originSecret: config.originSecret,
    publicUrl: config.publicUrl,
  },
  SITE,
);
const serveDecoded = serveEvents(app, 'decoded');
const serveEncoded = serveEvents(app, 'encoded');

/** Pages for people, below `/console`. */
export const handler = (event: HttpEvent | PassedOnEvent) => {
  if (!('passedOnBy' in event)) return serveDecoded(event);
  front = { name: event.passedOnBy, rawPath: 'encoded' };
  return serveEncoded(event);
};
