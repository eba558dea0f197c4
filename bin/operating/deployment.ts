import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** File name in the data directory of the local service. */
export const DEPLOYMENT_FILE = 'deployment.json';

/** The stack outputs that the tools need. */
const outputsSchema = z.object({
  TableName: z.string(),
  FirstQueueUrl: z.string(),
  RetryQueueUrl: z.string(),
  CheckQueueUrl: z.string(),
  DeadLetterUrl: z.string(),
  FeedLagSeconds: z.coerce.number(),
  RetentionDays: z.coerce.number(),
});
export type Outputs = z.infer<typeof outputsSchema>;

/** The file that `npm start` writes for the tools. */
export interface Deployment {
  readonly outputs: Readonly<Record<string, string>>;
  /** Endpoints and credentials of the local emulators, as variables of the SDK. */
  readonly environment: Readonly<Record<string, string>>;
}

const deploymentSchema = z.object({
  outputs: z.record(z.string(), z.string()),
  environment: z.record(z.string(), z.string()),
});

/**
 * The deployment that a tool works on: the one whose outputs `npm run deploy` wrote, or the local one. For the local one,
 * this sets the SDK's variables in `env`, so that clients created afterwards use it.
 *
 * @param outputsFile the file written by `cdk deploy --outputs-file`; undefined means the local service
 * @throws Error with a message that says what to do
 */
export function findDeployment(where: Where, env: NodeJS.ProcessEnv = process.env): Outputs {
  const { outputs, environment } = findOutputs(where);
  Object.assign(env, environment);
  return outputsSchema.parse(outputs);
}

interface Where {
  readonly outputsFile: string | undefined;
  readonly dataDir: string;
}

/**
 * All outputs of the deployment, and the SDK's variables for the local one.
 *
 * @throws Error with a message that says what to do
 */
export function findOutputs({ outputsFile, dataDir }: Where): Deployment {
  if (outputsFile !== undefined) return { outputs: deployedOutputs(outputsFile), environment: {} };
  const file = join(dataDir, DEPLOYMENT_FILE);
  if (!existsSync(file)) {
    throw new Error(
      `No service runs from ${dataDir}. Run npm start in another terminal first. For a deployment on AWS, pass its outputs: ` +
        '--outputs tidings.outputs.json (npm run deploy writes this file).',
    );
  }
  return deploymentSchema.parse(readJson(file));
}

/**
 * All outputs of this service's stack. The file must have exactly one.
 * @throws Error with a message that says what to do
 */
export function deployedOutputs(file: string): Readonly<Record<string, string>> {
  if (!existsSync(file)) throw new Error(`${file} does not exist. npm run deploy writes it.`);
  const stacks = Object.values(z.record(z.string(), z.unknown()).parse(readJson(file)));
  const ours = stacks
    .filter((outputs) => outputsSchema.safeParse(outputs).success)
    .map((outputs) => z.record(z.string(), z.string()).parse(outputs));
  const [outputs] = ours;
  if (outputs !== undefined && ours.length === 1) return outputs;
  throw new Error(
    `${file} has ${ours.length} stacks of this service. It must have exactly one, deployed by this version: npm run deploy.`,
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
}
