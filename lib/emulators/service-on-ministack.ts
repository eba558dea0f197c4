import { join } from 'node:path';
import { deployStack } from './deploy-stack.ts';
import { type MiniStack, type MiniStackOptions, startMiniStack } from './ministack.ts';
import { rootKeyOf } from './root-key.ts';
import { stackAddress } from './stack-address.ts';

/** The service, deployed to a MiniStack of its own. */
export interface ServiceOnMiniStack extends MiniStack {
  readonly apiUrl: string;
  readonly rootKey: string;
  readonly outputs: Readonly<Record<string, string>>;
}

const ASSEMBLY_DIRECTORY = 'cdk.out.ministack';
/** Callbacks to this machine, and times that are short enough to wait for. */
const CONTEXT = { preset: 'local' };

/** Starts MiniStack and deploys the app. @throws EmulatorError that says what to do */
export async function startServiceOnMiniStack(
  rootDir: string,
  options: MiniStackOptions,
): Promise<ServiceOnMiniStack> {
  const cloud = await startMiniStack(options);
  try {
    const { endpoint } = cloud;
    const outputs = await Promise.race([
      deployStack({
        ...options,
        rootDir,
        endpoint,
        assemblyDir: join(rootDir, ASSEMBLY_DIRECTORY),
        context: CONTEXT,
      }),
      cloud.broken,
    ]);
    const rootKey = await rootKeyOf(endpoint, outputs.RootKeySecret ?? '');
    return { ...cloud, apiUrl: reachable(stackAddress(outputs), endpoint), rootKey, outputs };
  } catch (error) {
    await cloud.stop();
    throw error;
  }
}

/**
 * MiniStack names the API `http://<id>.execute-api.localhost:<port>`. Not every machine resolves names below `localhost`, so
 * this is the same API by path.
 */
function reachable(apiUrl: string, endpoint: string): string {
  const id = /^https?:\/\/([^.]+)\.execute-api\./.exec(apiUrl)?.[1];
  return id === undefined ? apiUrl : `${endpoint}/_aws/execute-api/${id}/$default`;
}
