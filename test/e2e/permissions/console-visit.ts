import { expect } from 'vitest';
import { sha256Hex } from '../../../lib/protocol/hashes.ts';
import { createBrowser } from '../../support/cookie-browser.ts';
import type { Journey } from './journey.ts';

/** A visit of the console: a link, pages, a session that goes on, the log-out. */
export async function visitConsole({ admin, appears, cloud, set }: Journey): Promise<void> {
  const browser = createBrowser((request) => fetch(request), cloud.apiUrl);
  const { url } = await admin('POST /v1/portal-links', {});
  expect((await browser.enter(url)).status).toBe(303);
  const look = async () => expect((await browser.get('/console/merchants')).status).toBe(200);
  await look();
  const pk = `S#${sha256Hex(browser.cookies.get('tidings') ?? '')}`;
  const session = await appears(pk, ({ sk }) => sk === 'SESSION');
  // Used a good while ago: the next request moves its end.
  await set(session, 'idleUntil', new Date(Date.now() + 60 * 60 * 1000).toISOString());
  await look();
  expect((await browser.submit('/console/log-out')).status).toBe(303);
}
