import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tryOne } from '../../../lib/local/demo/try-one.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';

it('asks for the demo where the service runs without it, and not for a service that runs', async () => {
  const dataDir = temporaryDirectory();
  const tried = () => tryOne({ dataDir, write: () => undefined });
  try {
    await expect(tried()).rejects.toThrow('Run npm start in another terminal first.');
    const credentials = { api: 'http://127.0.0.1:1', adminKey: '', initiatorKey: '', merchants: [] };
    writeFileSync(join(dataDir, 'credentials.json'), JSON.stringify(credentials));
    await expect(tried()).rejects.toThrow('Start the service without --no-demo.');
  } finally {
    removeDirectory(dataDir);
  }
});
