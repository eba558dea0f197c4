import { existsSync } from 'node:fs';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { deployedOutputs } from '../../../bin/operating/deployment.ts';
import { EMULATOR } from '../../../lib/emulators/deploy-stack.ts';
import { stackAddress } from '../../../lib/emulators/stack-address.ts';
import type { E2eOptions, TargetName } from '../options.ts';
import { type Target, UsageError } from '../target.ts';
import { type DeployedStack, deployedTarget } from './deployed.ts';
import { startLocalTarget } from './local.ts';
import { loopbackName } from './loopback-name.ts';
import { startMiniStackTarget } from './ministack.ts';
import { loopbackReceiver } from './receiver-address.ts';

/** What the deploying commands write. */
const OUTPUTS: Readonly<Partial<Record<TargetName, string>>> = {
  aws: 'tidings.outputs.json',
  localstack: 'localstack.outputs.json',
};
const DEPLOYED_BY: Readonly<Partial<Record<TargetName, string>>> = {
  aws: 'npm run deploy',
  localstack: 'npm run localstack:deploy',
};
const LOCALSTACK_ENDPOINT = 'http://localhost:4566';

/**
 * Starts the target, or takes the one that the options name.
 * @throws UsageError that says what to do
 */
export async function openTarget(options: E2eOptions, log: (line: string) => void): Promise<Target> {
  const { target, apiUrl, outputs } = options;
  if (apiUrl === undefined && outputs === undefined) {
    if (target === 'local') return startLocalTarget(options.receiver && { receiver: options.receiver });
    if (target === 'ministack') return startMiniStackTarget(log);
  }
  return takeDeployed(options);
}

async function takeDeployed(options: E2eOptions): Promise<Target> {
  const { target, profile } = options;
  if (profile !== undefined) process.env.AWS_PROFILE = profile;
  const outputs = outputsOf(options);
  const apiUrl = addressOf(options, outputs);
  const emulator =
    target === 'localstack' ? emulatorAt(process.env.AWS_ENDPOINT_URL ?? LOCALSTACK_ENDPOINT) : {};
  const { url, close } = await loopbackName(apiUrl);
  const deployed = deployedTarget({
    name: target,
    apiUrl: url,
    rootKey: options.rootKey ?? (await rootKeyFrom(outputs.RootKeySecret, emulator)),
    outputs,
    ...emulator,
    receiver:
      options.receiver ??
      (target === 'aws' ? { cannot: 'no --receiver-host was given' } : loopbackReceiver()),
    ...(target === 'aws' && { keepsTable: 'the table of a service on AWS is not written past its API' }),
  });
  return {
    ...deployed,
    async stop() {
      await deployed.stop();
      await close();
    },
  };
}

function emulatorAt(endpoint: string) {
  const endpoints = { sqs: endpoint, events: endpoint, dynamodb: endpoint };
  return { credentials: EMULATOR.credentials, endpoints };
}

function outputsOf({ target, outputs }: E2eOptions): Readonly<Record<string, string>> {
  const byDefault = OUTPUTS[target];
  const file = outputs ?? (byDefault !== undefined && existsSync(byDefault) ? byDefault : undefined);
  if (file === undefined) return {};
  try {
    return deployedOutputs(file);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function addressOf({ target, apiUrl }: E2eOptions, outputs: Readonly<Record<string, string>>): string {
  const address = apiUrl ?? outputs.ApiUrl;
  if (address === undefined) {
    const deploy = DEPLOYED_BY[target];
    throw new UsageError(
      `The target ${target} has no address. Give it by --api-url and --root-key, or by --outputs` +
        `${deploy === undefined ? '' : ` (${deploy} writes ${OUTPUTS[target]})`}.`,
    );
  }
  try {
    return stackAddress({ ApiUrl: address });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function rootKeyFrom(SecretId: string | undefined, emulator: Partial<DeployedStack>): Promise<string> {
  const advice = 'Give the key by --root-key: it is tk_root_ and the value of the secret RootKeySecret.';
  if (SecretId === undefined) throw new UsageError(`No root key is known. ${advice}`);
  const { credentials, endpoints } = emulator;
  const client = new SecretsManagerClient({
    ...(endpoints !== undefined && { endpoint: endpoints.dynamodb, region: EMULATOR.region }),
    ...(credentials !== undefined && { credentials }),
  });
  try {
    return `tk_root_${(await client.send(new GetSecretValueCommand({ SecretId }))).SecretString}`;
  } catch (error) {
    throw new UsageError(`The secret ${SecretId} cannot be read (${(error as Error).message}). ${advice}`);
  } finally {
    client.destroy();
  }
}
