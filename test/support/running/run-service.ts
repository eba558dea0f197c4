/** The program of `startServiceProcess`: `run-service.ts <options as JSON>`. */
import { startServiceCloud } from './service-cloud.ts';

const service = await startServiceCloud(JSON.parse(process.argv[2] ?? ''));
process.once('SIGTERM', () => void service.stop().then(() => process.disconnect?.()));
process.send?.({ apiUrl: service.cloud.apiUrl, adminKey: service.adminKey });
