import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../synthesized.ts';

interface Typed {
  readonly status: number;
  /** Standard output, then standard error. */
  readonly said: string;
}

/** A shell in the repository, as an operator has it, with an `aws` that reaches the local cloud. */
export interface OperatorShell {
  type(text: string): Promise<Typed>;
}

export function openOperatorShell(): OperatorShell {
  const command = join(ROOT, 'test/support/aws-command.ts');
  // A function is found before every program, wherever the machine keeps an `aws` of its own.
  const aws = `aws() { "${process.execPath}" "${command}" "$@"; }; export -f aws`;
  const env = { ...process.env };
  return {
    type: (text) =>
      new Promise((resolve) => {
        execFile('bash', ['-c', `set -e\n${aws}\n${text}`], { cwd: ROOT, env }, (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : Number(error.code), said: stdout + stderr }),
        );
      }),
  };
}
