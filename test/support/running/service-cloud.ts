import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createApi, expectStatus } from '../../../lib/local/api-client.ts';
import { type LocalCloudOptions, startLocalCloud } from '../../../lib/local/cloud.ts';
import { ASSEMBLY } from '../synthesized.ts';

export type ServiceCloud = Awaited<ReturnType<typeof startServiceCloud>>;

type ServiceCloudOptions = Pick<LocalCloudOptions, 'dataDir'> & Partial<LocalCloudOptions>;

/** Runs the deployed bundles on a cloud in this process; its rules fire every second. */
export async function startServiceCloud(options: ServiceCloudOptions) {
  const cloud = await startLocalCloud({ assemblyDir: ASSEMBLY, port: 0, scheduleSeconds: 1, ...options });
  const api = createApi(cloud.apiUrl);
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
