import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalCloud } from '../../../lib/local/cloud.ts';
import { ASSEMBLIES_DIRECTORY, synthesize } from '../../../lib/local/synthesis/synthesize.ts';
import { ROOT } from '../../support/synthesized.ts';
import type { ReceiverAddress, Target } from '../target.ts';
import { deployedTarget } from './deployed.ts';

const SCHEDULE_SECONDS = 3;

interface LocalTargetOptions {
  readonly receiver?: ReceiverAddress;
  /** Interval of the timers, in seconds. Default: 3. */
  readonly scheduleSeconds?: number;
}

/** Starts the embedded cloud in a fresh directory; `stop` removes it. */
export async function startLocalTarget({
  receiver,
  scheduleSeconds = SCHEDULE_SECONDS,
}: LocalTargetOptions = {}): Promise<Target> {
  const { directory } = await synthesize(ROOT, join(ROOT, ASSEMBLIES_DIRECTORY), { preset: 'local' });
  const dataDir = mkdtempSync(join(tmpdir(), 'tidings-e2e-'));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const cloud = await startLocalCloud({
      assemblyDir: directory,
      dataDir,
      port: 0,
      scheduleSeconds,
    });
    const deployed = deployedTarget({
      name: 'local',
      apiUrl: cloud.apiUrl,
      rootKey: `tk_root_${cloud.secretValue('TidingsRootKey')}`,
      outputs: cloud.outputs,
      ...(receiver && { receiver }),
      credentials: cloud.credentials,
      endpoints: {
        sqs: cloud.endpoints.sqs,
        events: cloud.endpoints.eventBridge,
        dynamodb: cloud.endpoints.dynamodb,
      },
    });
    return {
      ...deployed,
      async stop() {
        await deployed.stop();
        await cloud.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
