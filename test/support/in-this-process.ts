import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

const STARTERS = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const;

/**
 * For the project `unit`: a test that starts a process, such as an emulator or the synthesis, fails. The error says
 * where it belongs.
 */
for (const starter of STARTERS) {
  Object.assign(childProcess, {
    [starter]: () => {
      throw new Error(
        `${starter}: a test that starts a process belongs into a file *.cloud.test.ts (vitest.config.ts).`,
      );
    },
  });
}
syncBuiltinESMExports();
