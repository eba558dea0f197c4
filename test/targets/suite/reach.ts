import { createApi, expectStatus } from '../../../lib/local/api-client.ts';
import { isAble, type Target, UsageError } from '../target.ts';
import { openMerchant } from './merchant.ts';
import { createPatientApi } from './patient-api.ts';
import { type Stage, setStage } from './scene.ts';

/**
 * Checks the address, the root key and the way back to this machine, before any journey starts.
 * @throws UsageError that says what to do
 */
export async function reachTarget(target: Target): Promise<Stage> {
  const api = createPatientApi(createApi(target.apiUrl));
  await assertAnswering(target);
  const made = await api.call(target.rootKey, 'POST /v1/keys', { scope: 'initiator' });
  if (made.status === 401 || made.status === 403) {
    throw new UsageError(
      `${target.apiUrl} refuses the root key (${made.json.code}). Give it by --root-key: it is tk_root_ and the value of ` +
        'the secret that the output RootKeySecret names.',
    );
  }
  const stage = await setStage(target, api, expectStatus(made, 201).json.key);
  try {
    await assertReachedBack(stage);
    return stage;
  } catch (error) {
    await stage.close();
    throw error;
  }
}

async function assertAnswering({ apiUrl, name }: Target): Promise<void> {
  const advice = `Start the target (${name}), or give the address of a running one by --api-url.`;
  let status: number;
  try {
    const answer = await fetch(`${apiUrl}/openapi.json`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    status = answer.status;
    // An unread body keeps its connection, and so this process, alive for seconds.
    await answer.body?.cancel();
  } catch (error) {
    const { cause, message } = error as { cause?: { code?: string }; message: string };
    throw new UsageError(`Nothing answers at ${apiUrl} (${cause?.code ?? message}). ${advice}`);
  }
  if (status !== 200) {
    throw new UsageError(
      `${apiUrl}/openapi.json answers ${status}, so there is no Tidings at this address. ${advice}`,
    );
  }
}

const TIMEOUT_MS = 30_000;

/** Lets the target send a test callback to a receiver of this run. */
async function assertReachedBack(stage: Stage): Promise<void> {
  const { target } = stage;
  if (!isAble(target.receiver)) return;
  const scene = stage.sceneOf({ name: 'reach', shows: '', run: async () => undefined }, () => undefined);
  const { merchantId } = await openMerchant(scene, 'back');
  const url = scene.receivers.open(merchantId, () => ({ status: 204 }));
  const path = `/v1/merchants/${merchantId}/endpoints`;
  const advice =
    'Give the host under which the target reaches this machine by --receiver-host (on AWS, the https address of a tunnel ' +
    'or load balancer that leads to --receiver-port).';
  const made = await scene.api(target.rootKey, `POST ${path}`, { url });
  if (made.status !== 201) {
    throw new UsageError(
      `The target refuses callbacks to ${url} (${made.json.code}: ${made.json.title ?? ''}). ${advice}`,
    );
  }
  const tested = expectStatus(
    await scene.api(target.rootKey, `POST ${path}/${made.json.endpointId}/test`),
    200,
  ).json;
  if (tested.statusCode === 204) return;
  const why = tested.error ?? `status ${tested.statusCode}`;
  throw new UsageError(`The target does not reach the receiver at ${url} (${why}). ${advice}`);
}
