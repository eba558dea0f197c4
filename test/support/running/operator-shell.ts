import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../synthesized.ts';

interface Typed {
  readonly status: number;
  /** Standard output, then standard error. */
  readonly said: string;
}

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const PROGRAM = /^node (?=bin\/)/;

/** Runs the scripts of package.json that are programs of `bin` as npm does, which itself takes longer than most of them. */
const NPM = `npm() {
  [ "$1" = run ] && shift; [ "$1" = --silent ] && shift
  local script=$1; shift; [ "$1" = -- ] && shift
  case "$script" in
${Object.entries(scripts)
  .filter(([, body]) => PROGRAM.test(body))
  .map(([name, body]) => `    ${name}) "${process.execPath}" ${body.replace(PROGRAM, '')} "$@" ;;`)
  .join('\n')}
    *) command npm run "$script" -- "$@" ;;
  esac
}; export -f npm`;

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
        execFile(
          'bash',
          ['-c', `set -e\n${aws}\n${NPM}\n${text}`],
          { cwd: ROOT, env },
          (error, stdout, stderr) =>
            resolve({ status: error === null ? 0 : Number(error.code), said: stdout + stderr }),
        );
      }),
  };
}
