import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** In the data directory of the service that runs on this machine. */
export const DEPLOYMENT_FILE = 'deployment.json';

/** What the stack names for the tools: its outputs. */
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

/** As `npm start` leaves it for the tools. */
export interface Deployment {
  readonly outputs: Readonly<Record<string, string>>;
  /** Where the SDK finds this machine's stand-ins, and what it signs with. */
  readonly environment: Readonly<Record<string, string>>;
}

const deploymentSchema = z.object({
  outputs: outputsSchema,
  environment: z.record(z.string(), z.string()),
});

/**
 * The deployment that a tool works on: the one whose outputs `npm run deploy` wrote, or the one that runs on this machine.
 * For the latter, the SDK's own variables are set: clients made from now on find it.
 *
 * @param outputsFile written by `cdk deploy --outputs-file`
 * @throws Error that says what to do
 */
export function findDeployment(
  { outputsFile, dataDir }: { readonly outputsFile: string | undefined; readonly dataDir: string },
  env: NodeJS.ProcessEnv = process.env,
): Outputs {
  if (outputsFile !== undefined) return deployedOutputs(outputsFile);
  const file = join(dataDir, DEPLOYMENT_FILE);
  if (!existsSync(file)) {
    throw new Error(
      `No service runs from ${dataDir}. Run npm start in another terminal first, or name the outputs of a deployment ` +
        'with --outputs tidings.outputs.json, which npm run deploy writes.',
    );
  }
  const { outputs, environment } = deploymentSchema.parse(readJson(file));
  Object.assign(env, environment);
  return outputs;
}

/** The outputs of the one stack of the file that is ours. */
function deployedOutputs(file: string): Outputs {
  if (!existsSync(file)) throw new Error(`${file} does not exist. npm run deploy writes it.`);
  const stacks = Object.values(z.record(z.string(), z.unknown()).parse(readJson(file)));
  const ours = stacks.flatMap((outputs) => outputsSchema.safeParse(outputs).data ?? []);
  const [outputs] = ours;
  if (outputs !== undefined && ours.length === 1) return outputs;
  throw new Error(
    `${file} holds ${ours.length} stacks of this service. It needs exactly one, deployed by this version: npm run deploy.`,
  );
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
}
