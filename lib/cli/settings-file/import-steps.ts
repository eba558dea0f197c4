import type { JsonObject } from '../../protocol/json/json-values.ts';
import { boundedMapUntilFailure } from '../../protocol/runtime/bounded-map.ts';
import { CommandFailure } from '../command-line/exit-status.ts';
import type { Question, Service } from '../connection/service.ts';
import { type Difference, namesIn } from './compare-settings.ts';
import type { HeaderValues } from './header-values.ts';
import type { Settings, SettingValue } from './setting-fields.ts';

/** Makes a service what a file says. Each step may be repeated. */

export interface StepDone {
  readonly event: 'created' | 'changed';
  readonly merchantId: string;
  readonly endpointId?: string;
  /** Only of what this step created. */
  readonly secret?: string;
  /** To verify `v1a` signatures. */
  readonly publicKey?: string;
}

export interface Import {
  readonly service: Service;
  readonly values: HeaderValues;
  /** No step begins after it. Those that have begun are ended, so that no new secret is lost. */
  readonly signal: AbortSignal;
  /** Called after each step. If it fails, no more steps begin. */
  readonly onDone: (step: StepDone) => void;
}

/** Merchants at the same time. The service takes about five seconds for each endpoint that it makes. */
const CONCURRENCY = 8;

/**
 * Stops at the first step that fails: none begins after it.
 *
 * @throws CommandFailure that names the step
 */
export async function applyDifferences(
  differences: readonly Difference[],
  { service, values, signal, onDone }: Import,
): Promise<void> {
  let hasFailed = false;
  const byMerchant = Map.groupBy(differences.filter(isStep), ({ merchantId }) => merchantId);
  await boundedMapUntilFailure([...byMerchant.values()], CONCURRENCY, async (steps) => {
    for (const step of steps) {
      if (hasFailed || signal.aborted) return;
      try {
        onDone(doneBy(step, await asked(service, step, values)));
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  });
}

export function isStep({ action }: Difference): boolean {
  return action === 'create' || action === 'change';
}

/** `shop-7`, or `shop-7/pay`. */
export function nameOf({ merchantId, endpointId }: Pick<Difference, 'merchantId' | 'endpointId'>): string {
  return endpointId === undefined ? merchantId : `${merchantId}/${endpointId}`;
}

function doneBy({ action, merchantId, endpointId }: Difference, answer: JsonObject): StepDone {
  const { secret, publicKey } = answer;
  return {
    event: action === 'create' ? 'created' : 'changed',
    merchantId,
    ...(endpointId !== undefined && { endpointId }),
    ...(typeof secret === 'string' && { secret }),
    ...(typeof secret === 'string' && typeof publicKey === 'string' && { publicKey }),
  };
}

async function asked(service: Service, step: Difference, values: HeaderValues): Promise<JsonObject> {
  try {
    return await service.ask(questionOf(step, values));
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    const { status, code, message, hint, problem, cause } = error;
    throw new CommandFailure(status, code, `${nameOf(step)}: ${message}`, {
      ...(hint !== undefined && { hint }),
      ...(problem !== undefined && { problem }),
      cause,
    });
  }
}

/** Creations by POST or PUT with the file's id, and changes by PATCH with what differs. */
function questionOf(step: Difference, values: HeaderValues): Question {
  const { merchantId, endpointId, action, changes } = step;
  const merchant = `/v1/merchants/${merchantId}`;
  const settings = Object.fromEntries(changes.map(({ field, to }) => [field, to ?? null]));
  if (endpointId === undefined) {
    return action === 'create'
      ? { method: 'POST', path: '/v1/merchants', body: { merchantId, ...settings }, isIdempotent: true }
      : { method: 'PATCH', path: merchant, body: settings, isIdempotent: true };
  }
  const { headers: _, ...others } = settings;
  const body = { ...others, ...headersOf(step, values) };
  const path = `${merchant}/endpoints/${endpointId}`;
  return action === 'create'
    ? { method: 'PUT', path, body }
    : { method: 'PATCH', path, body, isIdempotent: true };
}

function headersOf(step: Difference, values: HeaderValues): { readonly headers?: JsonObject } {
  const { merchantId, endpointId = '', changes, neededHeaders } = step;
  const change = changes.find(({ field }) => field === 'headers');
  const kept = namesIn(settingsWith(change?.to));
  const removed = namesIn(settingsWith(change?.from)).filter((name) => !kept.includes(name));
  const headers = {
    ...Object.fromEntries(removed.map((name) => [name, null])),
    ...Object.fromEntries(neededHeaders.map((name) => [name, values.of(merchantId, endpointId, name)])),
  };
  return Object.keys(headers).length === 0 ? {} : { headers };
}

function settingsWith(headers: SettingValue | undefined): Settings {
  return headers === undefined ? {} : { headers };
}
