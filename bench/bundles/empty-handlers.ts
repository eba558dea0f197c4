import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROOT } from '../../test/support/synthesized.ts';
import { deployedFunctions } from '../template.ts';

/** Below node_modules, so that what is bundled there finds the SDK. */
const DIRECTORY = join(ROOT, 'node_modules/.cache/tidings-bench');

const EMPTY_APP = fileURLToPath(new URL('./empty-app.ts', import.meta.url));
const run = promisify(execFile);

/** Package and class of a client, by the name that its bundle holds. */
const CLIENTS: Readonly<Record<string, readonly [string, string]>> = {
  DynamoDB: ['client-dynamodb', 'DynamoDBClient'],
  KMS: ['client-kms', 'KMSClient'],
  S3: ['client-s3', 'S3Client'],
  SQS: ['client-sqs', 'SQSClient'],
  Scheduler: ['client-scheduler', 'SchedulerClient'],
  'Secrets Manager': ['client-secrets-manager', 'SecretsManagerClient'],
};

/** The SDK's clients that a bundle holds, sorted. */
export function clientsOf(bundle: string): readonly string[] {
  const found = readFileSync(bundle, 'utf8').matchAll(/serviceId\?\?"([^"]+)"/g);
  const names = new Set([...found].map(([, name = '']) => name));
  // Clients that clients use to find credentials are in the empty handler's bundle as well.
  return [...names].filter((name) => name in CLIENTS).sort();
}

/**
 * Bundles a handler that does nothing but open these clients, exactly as the service's functions are bundled.
 *
 * @returns the bundles, by the names of the clients, joined with commas
 */
export async function bundleEmptyHandlers(
  sets: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, string>> {
  rmSync(DIRECTORY, { recursive: true, force: true });
  mkdirSync(DIRECTORY, { recursive: true });
  const wanted = new Map(sets.map((clients) => [clients.join(), clients]));
  const names = new Map<string, string>();
  for (const [key, clients] of wanted) {
    const name = `empty${names.size}`;
    writeFileSync(join(DIRECTORY, `${name}.ts`), sourceOf(clients));
    names.set(name, key);
  }
  // In a process of its own: bundling talks a lot.
  const outdir = join(DIRECTORY, 'cdk.out');
  await run(process.execPath, [EMPTY_APP, DIRECTORY, outdir], { cwd: ROOT });
  return new Map(deployedFunctions(outdir).map(({ name, bundle }) => [names.get(name) ?? name, bundle]));
}

function sourceOf(clients: readonly string[]): string {
  const imports = clients.map((client) => {
    const [file, type] = CLIENTS[client] ?? [];
    return `import { ${type} } from '@aws-sdk/${file}';`;
  });
  const opened = clients.map((client) => {
    const plain = `new ${CLIENTS[client]?.[1]}({})`;
    return client === 'DynamoDB' ? `DynamoDBDocumentClient.from(${plain})` : plain;
  });
  return [
    ...imports,
    "import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';",
    `const clients = [${opened.join(', ')}];`,
    'export const handler = async () => clients.length;',
  ].join('\n');
}
