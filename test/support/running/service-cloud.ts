import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Api, createApi, expectStatus } from '../../../lib/local/api-client.ts';
import { type LocalCloudOptions, startLocalCloud } from '../../../lib/local/cloud.ts';
import type { FaultChances } from '../../../lib/local/seeded-faults.ts';
import { assemblyOf } from '../synthesized.ts';

export type ServiceCloud = Awaited<ReturnType<typeof startServiceCloud>>;

export interface ServiceCloudOptions extends Partial<Omit<LocalCloudOptions, 'scheduleSeconds'>> {
  readonly dataDir: string;
  /**
   * The jobs whose timers fire every two seconds. Default: all. Each run costs 20 to 70 ms of CPU time, and its first one 300 ms, so a test
   * names those that it needs.
   */
  readonly jobs?: readonly Job[];
}

const JOBS = ['Sweep', 'Close', 'Audit', 'Statement'] as const;
type Job = (typeof JOBS)[number];
const TICK_SECONDS = 2;
const DAY_SECONDS = 86_400;

/** What AWS does from time to time. The service repeats the call, or answers 503. */
const FAULTS: FaultChances = { seed: 7, missedDelete: 0.02, throttledWrite: 0.02, transactionConflict: 0.02 };

/** For tests that count every call or message. */
export const NO_FAULTS: FaultChances = { seed: 0 };

/** Maximum tries of one request. */
const MAX_TRIES = 10;

/** Repeats a request that is answered 503, as the API asks its callers to do. */
function patiently(api: Api): Api {
  return async (...request) => {
    for (let tries = 1; ; tries += 1) {
      const answer = await api(...request);
      if (answer.status !== 503 || tries === MAX_TRIES) return answer;
    }
  };
}

/**
 * Runs the deployed bundles on a cloud in this process. The timers of its jobs fire every two seconds, expired items are deleted soon,
 * and its services have faults.
 */
export async function startServiceCloud({ jobs = JOBS, ...options }: ServiceCloudOptions) {
  const isWanted = (rule: string) => jobs.some((job) => rule.startsWith(`Tidings${job}Minute`));
  const cloud = await startLocalCloud({
    assemblyDir: assemblyOf('production'),
    port: 0,
    scheduleSeconds: (rule) => (isWanted(rule) ? TICK_SECONDS : DAY_SECONDS),
    expiry: { latenessSeconds: 0, intervalSeconds: 5 },
    faults: FAULTS,
    ...options,
  });
  const api = patiently(createApi(cloud.apiUrl));
  const adminKey = `tk_root_${cloud.secretValue('TidingsRootKey')}`;
  const client = new DynamoDBClient({
    endpoint: cloud.endpoints.dynamodb,
    region: 'us-east-1',
    credentials: cloud.credentials,
  });
  return {
    cloud,
    api,
    adminKey,
    /** The service's table, for rows that no request returns. */
    documents: DynamoDBDocumentClient.from(client),
    TableName: cloud.resources.find('TidingsTable', 'AWS::DynamoDB::Table').name,
    /** Creates something with a request of the administrator, and returns it. */
    create: async (request: string, body: object) =>
      expectStatus(await api(adminKey, request, body), 201).json,
    async stop() {
      client.destroy();
      await cloud.stop();
    },
  };
}
