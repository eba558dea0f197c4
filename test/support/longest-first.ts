import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const ROOT = join(import.meta.dirname, '../..');

/**
 * The files that take longest, of `cloud` first, then of `journeys`, which run apart. Those that wait for real time, and those that
 * compute for long, alternate, so that the cores have work from the start. A file that is missing here is run at its turn: only the whole run may take longer.
 */
export const LONGEST = [
  'test/local/edited-template.cloud.test.ts',
  'test/adapters/dynamodb/dynamodb-stores.cloud.test.ts',
  'test/targets/local.cloud.test.ts',
  'test/stack/published/construct-package.test.ts',
  'test/adapters/queues/dead-letter-queue.cloud.test.ts',
  'test/simulation/simulation.test.ts',
  'test/receiver/receiver-package.cloud.test.ts',
  'test/local/event-sources/event-sources.cloud.test.ts',
  'test/local/cloud.test.ts',
  'test/simulation/faults/judges.test.ts',
  'test/stack/bundles.test.ts',
  'test/stack/assembly.test.ts',
  'test/cli/every-command/every-command.cloud.test.ts',
  'test/local/event-sources/streams/split-stream.cloud.test.ts',
  'test/local/functions/hosts.cloud.test.ts',
  'test/stack/settings/presets.test.ts',
  'test/receiver/reconciling/budget.cloud.test.ts',
  'test/local/restart.cloud.test.ts',
  'test/release/make-release.cloud.test.ts',
  'test/local/synthesis/synthesize.cloud.test.ts',
  'test/compatibility/older-releases.cloud.test.ts',
  'test/targets/e2e-command.cloud.test.ts',
  'test/stack/settings/options.test.ts',
  'test/initiator/outbox/outbox-losses.cloud.test.ts',
  'test/e2e/permissions/permissions.test.ts',
  'test/e2e/npm-start.test.ts',
  'test/e2e/demo/demo.test.ts',
  'test/e2e/command-line/listen-storm.test.ts',
  'test/e2e/journeys/restore-journey.test.ts',
  'test/e2e/journeys/counts-journey.test.ts',
  'test/e2e/command-line/operating-commands.test.ts',
  'test/e2e/command-line/settings-journey.test.ts',
  'test/kill/kill.test.ts',
  'test/e2e/journeys/statement-journey.test.ts',
  'test/e2e/command-line/erase-command.test.ts',
  'test/bench/peers/tidings-contestant.cloud.test.ts',
  'test/e2e/reconciliation.test.ts',
  'test/e2e/command-line/tail-and-try.test.ts',
  'test/e2e/bookkeeping.test.ts',
].map((file) => join(ROOT, file));

/** Starts the longest files first, so that none of them runs alone at the end. Vitest knows their times after a first run only. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = LONGEST.indexOf(moduleId);
      return found === -1 ? LONGEST.length : found;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
