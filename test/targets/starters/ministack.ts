import { EMULATOR } from '../../../lib/emulators/deploy-stack.ts';
import { EmulatorError } from '../../../lib/emulators/emulator-error.ts';
import { startServiceOnMiniStack } from '../../../lib/emulators/service-on-ministack.ts';
import { ROOT } from '../../support/synthesized.ts';
import { type Target, UsageError } from '../target.ts';
import { deployedTarget } from './deployed.ts';

/**
 * Starts MiniStack on a free port and deploys the service; `stop` ends it.
 * @throws UsageError if it cannot be installed, started or deployed to
 */
export async function startMiniStackTarget(log: (line: string) => void): Promise<Target> {
  const service = await startServiceOnMiniStack(ROOT, { port: 0, log }).catch((error: unknown) => {
    throw error instanceof EmulatorError ? new UsageError(error.message) : error;
  });
  const { endpoint } = service;
  const deployed = deployedTarget({
    ...service,
    name: 'ministack',
    credentials: EMULATOR.credentials,
    endpoints: { sqs: endpoint, events: endpoint, dynamodb: endpoint },
  });
  return {
    ...deployed,
    async stop() {
      await deployed.stop();
      await service.stop();
    },
  };
}
