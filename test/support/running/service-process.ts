import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Api, createApi } from '../../../lib/local/api-client.ts';
import type { ServiceCloudOptions } from './service-cloud.ts';

/** The deployed bundles on a cloud in a process of its own, which can be killed. */
export interface ServiceProcess {
  readonly api: Api;
  readonly adminKey: string;
  /** Kills it without warning, as a power cut would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** As {@link startServiceCloud}, whose times tests choose, and not as `npm start` does. */
export async function startServiceProcess(
  options: Omit<ServiceCloudOptions, 'log' | 'onJudgement'>,
): Promise<ServiceProcess> {
  const child = fork(new URL('./run-service.ts', import.meta.url), [JSON.stringify(options)]);
  // Nobody else would stop it if this process ends early.
  const endWithUs = () => child.kill('SIGTERM');
  process.once('exit', endWithUs);
  const exited = once(child, 'exit').then(() => process.off('exit', endWithUs));
  const ready = once(child, 'message').then(([said]) => said as { apiUrl: string; adminKey: string });
  const failed = exited.then(() => Promise.reject(new Error('The service did not start.')));
  const { apiUrl, adminKey } = await Promise.race([ready, failed]);
  failed.catch(() => undefined);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  return { api: createApi(apiUrl), adminKey, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}
