import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeDirectory, temporaryDirectory } from '../local-service.ts';
import { ROOT } from '../synthesized.ts';

interface Typed {
  readonly status: number;
  /** Standard output, then standard error. */
  readonly said: string;
}

/** A shell in the repository, as an operator has it, with an `aws` that reaches the local cloud. */
export interface OperatorShell {
  type(text: string): Promise<Typed>;
  close(): void;
}

export function openOperatorShell(): OperatorShell {
  const bin = temporaryDirectory();
  const aws = join(bin, 'aws');
  const command = join(ROOT, 'test/support/aws-command.ts');
  writeFileSync(aws, `#!/bin/sh\nexec "${process.execPath}" "${command}" "$@"\n`);
  chmodSync(aws, 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  return {
    type: (text) =>
      new Promise((resolve) => {
        execFile('bash', ['-c', `set -e\n${text}`], { cwd: ROOT, env }, (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : Number(error.code), said: stdout + stderr }),
        );
      }),
    close: () => removeDirectory(bin),
  };
}
