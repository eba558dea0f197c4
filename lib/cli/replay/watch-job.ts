import { ENDED_JOB_STATES } from '../../protocol/contract-words.ts';
import { isObject, type JsonObject } from '../../protocol/json/json-values.ts';
import { systemPauses } from '../../receiver/pauses.ts';
import type { Tools } from '../command-line/command.ts';
import { EXIT, type ExitStatus } from '../command-line/exit-status.ts';
import type { Service } from '../connection/service.ts';

/** Follows a redelivery job to its end. */

const POLL_MS = 1_000;
const ENDED = new Set<string>(ENDED_JOB_STATES);

export interface WatchedJob {
  readonly service: Service;
  /** The path of the merchant's jobs. */
  readonly path: string;
  readonly job: JsonObject;
}

/** Shows the progress of a job. Ctrl-C leaves the job running, and says so. */
export async function watchJob(
  { service, path, job }: WatchedJob,
  { output, signal }: Tools,
): Promise<ExitStatus> {
  const id = String(job.jobId);
  let current = job;
  try {
    while (!ENDED.has(String(current.state))) {
      output.progress.show(`job ${id.slice(-8)}`, Number(current.progress));
      await systemPauses.sleep(POLL_MS, signal);
      current = await service.ask({ method: 'GET', path: `${path}/${id}` });
    }
  } catch (error) {
    output.progress.end();
    const words = `${id}${service.merchantOption()}`;
    output.note(`Job ${id} goes on. Look: tidings jobs get ${words}  Cancel: tidings jobs cancel ${words}`);
    throw error;
  }
  output.progress.end();
  showJob(output, current);
  return current.state === 'done' ? EXIT.done : EXIT.failed;
}

export function showJob(output: Tools['output'], job: JsonObject): void {
  if (output.isJson) {
    output.json(job);
    return;
  }
  const { notSent, progress, cancelled, ...fields } = job;
  output.item({ ...fields, progress: `${Math.floor(Number(progress) * 100)} %`, cancelled });
  for (const { reason, count, examples } of Array.isArray(notSent) ? notSent.filter(isObject) : []) {
    const some = Array.isArray(examples) ? `, such as ${examples.slice(0, 2).join(', ')}` : '';
    output.line(['not sent  ', 'quiet'], `${String(count)} ${String(reason)}${some}`);
  }
}
