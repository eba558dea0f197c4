import { KMSClient } from '@aws-sdk/client-kms';
import { createKmsSeal } from '../../../lib/adapters/secrets/kms-seal.ts';
import { createAwsServer } from '../../../lib/local/aws/aws-server.ts';
import { close, listen } from '../../../lib/local/aws/listen.ts';
import { openGuard } from '../../../lib/local/iam/guard.ts';
import { kmsService } from '../../../lib/local/stand-ins/kms.ts';
import { removeDirectory, temporaryDirectory } from '../../support/local-service.ts';
import { describeSeal, type SealUnderTest } from '../suites/seal-suite.ts';

const KEY = { accessKeyId: 'local', secretAccessKey: 'local' };
const KEY_ID = 'SealKey';

async function openKms(): Promise<SealUnderTest> {
  const dataDir = temporaryDirectory();
  const service = kmsService(dataDir, [{ keyId: KEY_ID, aliases: [] }]);
  const server = createAwsServer({
    json: [service],
    rest: [],
    guard: openGuard({ key: KEY, log: () => undefined }),
    log: () => undefined,
  });
  const kms = new KMSClient({
    region: 'us-east-1',
    endpoint: await listen(server, 0),
    credentials: KEY,
    maxAttempts: 1,
  });
  const make = () => createKmsSeal({ kms, keyId: KEY_ID });
  const breakDown = async () => {
    if (server.listening) await close(server);
  };
  return {
    seal: make(),
    another: make,
    breakDown,
    async close() {
      await breakDown();
      kms.destroy();
      removeDirectory(dataDir);
    },
  };
}

describeSeal('KMS', openKms);
