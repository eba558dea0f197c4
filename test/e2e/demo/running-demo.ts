import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ROOT } from '../../support/synthesized.ts';

/** `npm start` with its demo, and what it has printed. */
export interface RunningDemo {
  /** Resolves when its addresses and keys are there, and the story begins. */
  ready(): Promise<void>;
  /** Resolves with all that it printed when its story ended, or when it stopped before. */
  told(): Promise<string>;
  /** Stops it as Ctrl-C does. @returns its status; another call returns the same */
  stop(): Promise<number | null>;
}

export function startDemo(dataDir: string): RunningDemo {
  const options = ['--port', '0', '--receiver-port', '0', '--data-dir', dataDir];
  const child = spawn(process.execPath, ['bin/local.ts', ...options], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Nobody else would stop it if this process ends early.
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const lines: string[] = [];
  const [ready, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      if (line.startsWith('API keys: ')) ready.resolve();
      // A demo that stopped prints no more; the service runs on.
      if (/^(Next:|The demo stopped)/.test(line)) told.resolve();
    });
  }
  void exited.then(() => {
    process.off('exit', endWithUs);
    ready.resolve();
    told.resolve();
  });
  return {
    ready: () => ready.promise,
    told: async () => {
      await told.promise;
      return lines.join('\n');
    },
    stop: () => {
      child.kill('SIGINT');
      return exited;
    },
  };
}
