import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { EmulatorError } from './emulator-error.ts';
import { type CommandResult, runCommand } from './run-command.ts';

/** What every emulator takes for its account, region and credentials. */
export const EMULATOR = {
  account: '000000000000',
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const;

export interface StackDeployment {
  readonly rootDir: string;
  readonly endpoint: string;
  /**
   * The assembly goes here: a directory of its own for each emulator, because each has its own context, and `cdk`
   * locks it.
   */
  readonly assemblyDir: string;
  /** As `-c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** The CDK's command, `cdk` or `cdklocal`. Default: `cdk`. */
  readonly command?: 'cdk' | 'cdklocal';
  readonly log: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Bootstraps the emulator's account and deploys the app to it, with the CDK's own commands: the same template, assets and
 * calls as on AWS.
 *
 * @returns the stack's outputs
 * @throws EmulatorError with what the CDK said
 */
export async function deployStack(deployment: StackDeployment): Promise<Readonly<Record<string, string>>> {
  const { rootDir, assemblyDir, context, log, command = 'cdk' } = deployment;
  const env = environment(deployment);
  const workDir = mkdtempSync(join(tmpdir(), 'tidings-deploy-'));
  try {
    log(`Bootstrapping ${deployment.endpoint} …`);
    // Outside the repository: there, it would run the app and write its assembly.
    const bootstrap = ['bootstrap', `aws://${EMULATOR.account}/${EMULATOR.region}`];
    demand('cdk bootstrap', await runCommand(command, bootstrap, { cwd: workDir, env }));
    log('Synthesizing and deploying …');
    const outputsFile = join(workDir, 'outputs.json');
    const deploy = [
      'deploy',
      '--require-approval=never',
      '--progress=events',
      `--output=${assemblyDir}`,
      `--outputs-file=${outputsFile}`,
      ...Object.entries(context).map(([name, value]) => `--context=${name}=${value}`),
    ];
    demand('cdk deploy', await runCommand(command, deploy, { cwd: rootDir, env }));
    const stacks = JSON.parse(readFileSync(outputsFile, 'utf8')) as Record<string, Record<string, string>>;
    return Object.values(stacks)[0] ?? {};
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** No credentials or context of this machine's own: nothing may reach a real account by mistake. */
function environment({ endpoint, rootDir, env = process.env }: StackDeployment): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !/^(AWS|CDK)_/.test(name));
  const { accessKeyId, secretAccessKey } = EMULATOR.credentials;
  return {
    ...Object.fromEntries(own),
    PATH: [dirname(process.execPath), join(rootDir, 'node_modules', '.bin'), env.PATH ?? ''].join(delimiter),
    AWS_ENDPOINT_URL: endpoint,
    // Names below the endpoint's, one for each bucket, do not resolve everywhere.
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_S3_FORCE_PATH_STYLE: 'true',
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: EMULATOR.region,
    AWS_DEFAULT_REGION: EMULATOR.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  };
}

const SHOWN_LINES = 15;

function demand(what: string, { status, lines }: CommandResult): void {
  if (status === 0) return;
  const from = lines.findIndex((line) => line.startsWith('Failed resources:'));
  const shown = from < 0 ? lines.slice(-SHOWN_LINES) : lines.slice(from, from + SHOWN_LINES);
  throw new EmulatorError(`${what} failed:\n${shown.join('\n')}`);
}
