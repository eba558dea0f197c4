import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectStatus } from '../../lib/local/api-client.ts';
import { eventually } from '../support/eventually.ts';
import {
  type LocalService,
  removeDirectory,
  startService,
  temporaryDirectory,
} from '../support/local-service.ts';
import { journey, type Stage } from '../support/running/npm-start-stage.ts';
import { ROOT } from '../support/synthesized.ts';
import { payment } from '../support/world.ts';
import { deployGuide } from './guides/deploy-guide.ts';
import { initiatorGuide } from './guides/initiator-guide.ts';
import { receiverGuide } from './guides/receiver-guide.ts';
import { alertsJourney } from './journeys/alerts-journey.ts';
import { endpointSettingsJourney } from './journeys/endpoint-settings-journey.ts';
import { eraseJourney } from './journeys/erase-journey.ts';
import { informationalJourney } from './journeys/informational-journey.ts';
import { outboxJourney } from './journeys/outbox-journey.ts';
import { parkedJourney } from './journeys/parked-journey.ts';
import { redriveJourney } from './journeys/redrive-journey.ts';
import { runbookJourney } from './journeys/runbook-journey.ts';

const dataDir = temporaryDirectory();
let service: LocalService;
const stage: Stage = {
  dataDir,
  get service() {
    return service;
  },
};
beforeAll(async () => {
  service = await startService(dataDir);
});
afterAll(async () => {
  await service.stop();
  removeDirectory(dataDir);
});

alertsJourney(stage);
deployGuide(stage);
endpointSettingsJourney(stage);
eraseJourney(stage);
informationalJourney(stage);
initiatorGuide(stage);
outboxJourney(stage);
receiverGuide(stage);
// What an operator puts back is that of all merchants.
journey('an operator', () => {
  redriveJourney(stage);
  parkedJourney(stage);
  runbookJourney(stage);
});

journey('an id in a path', () => {
  beforeAll(async () => {
    const merchant = { merchantId: 'ids', name: 'Ids' };
    expectStatus(await service.api(service.adminKey, 'POST /v1/merchants', merchant), 201);
  });

  it.each(['pay%231', 'pay%3F1', 'pay1%20', 'pay1%0A', '%0Apay1', 'pa%09y1', 'pay%2531', 'pay%5C1'])(
    '%s is refused for what it is, and cuts nothing off',
    async (id) => {
      const path = `/v1/merchants/ids/transactions/${id}`;
      const answer = await service.api(service.credentials.initiatorKey, `PUT ${path}`, payment());
      expect(answer.json).toMatchObject({ status: 400, code: 'invalid_id' });
    },
  );
});

// After the journeys: those run first, because they run side by side.
describe('npm start', () => {
  it('stops when npm is ended by a signal, which npm tells its shell only', async () => {
    const directory = temporaryDirectory();
    const options = ['--no-demo', '--port', '0', '--data-dir', directory];
    const npm = spawn('npm', ['start', '--', ...options], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (chunk) => (said += chunk));
    await eventually(
      () => said,
      (text) => expect(text).toContain('Tidings ready'),
    );
    npm.kill('SIGTERM');
    // All that write to its output are gone.
    await once(npm, 'close');
    expect(said).toContain('Stopping');
    removeDirectory(directory);
  });

  it('stops clean when asked to, and then serves the document and its page again', async () => {
    expect(await service.stop()).toBe(0);
    service = await startService(dataDir);
    expect((await service.api('', 'GET /openapi.json')).status).toBe(200);
    const answers = ['br', 'identity', 'br;q=0'].map(async (encoding) => {
      const answer = await fetch(`${service.credentials.api}/docs`, {
        headers: { 'accept-encoding': encoding },
      });
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      return { encoding: answer.headers.get('content-encoding'), text: await answer.text() };
    });
    const [packed, ...plain] = await Promise.all(answers);
    expect(packed?.encoding).toBe('br');
    expect(packed?.text).toContain('id="outcome_conflict"');
    expect(plain).toEqual(plain.map(() => ({ encoding: null, text: packed?.text })));
  });
});
