import { messageOf } from '../errors.ts';
import type { Log } from '../logging/log.ts';
import { pause } from '../pause.ts';
import type { PropertiesOf } from '../template/properties.ts';
import { InvocationFailure } from './invocation-failure.ts';
import type { FunctionPool } from './pool.ts';

/** Lambda's waits before the first and the second retry (developer guide, "Asynchronous invocation"). */
export const RETRY_DELAYS_SECONDS: readonly number[] = [60, 120];

const TOO_OLD = 'the event is dropped: it reached its maximum age';

export interface AsyncInvocationSetting {
  readonly target: FunctionPool;
  /** The function's EventInvokeConfig, with Lambda's defaults. */
  readonly config: Pick<
    PropertiesOf<'AWS::Lambda::EventInvokeConfig'>,
    'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds'
  >;
  readonly retryDelaysSeconds: readonly number[];
  readonly log: Log;
}

/** An event that Lambda accepted. Neither promise rejects: failures are retried, and then logged. */
interface AcceptedEvent {
  /** Resolves after the first attempt. */
  readonly firstAttempt: Promise<void>;
  /** Resolves when an attempt has succeeded, or the event was given up. */
  readonly settled: Promise<void>;
}

/** Invokes a function asynchronously, as EventBridge and Scheduler do. */
export interface AsyncInvocation {
  invoke(event: unknown): AcceptedEvent;
  /** Ends the waits before retries. These events are lost; Lambda would keep them. */
  stop(): void;
}

/**
 * Models Lambda's asynchronous invocation. The caller does not wait. Lambda repeats an event after a function
 * error, and drops it after its retries or its maximum age. The retry policy of the event's rule has no influence on this.
 */
export function asyncInvocation(setting: AsyncInvocationSetting): AsyncInvocation {
  const { target, config, log } = setting;
  const stopping = new AbortController();

  async function attempt(event: unknown, expiresAt: number): Promise<'done' | 'again'> {
    try {
      await target.invoke(event, { expiresAt });
      return 'done';
    } catch (error) {
      if (!(error instanceof InvocationFailure)) logLine(`an event was lost: ${messageOf(error)}`);
      else if (error.kind === 'expired') logLine(TOO_OLD);
      else return 'again';
      return 'done';
    }
  }

  async function retry(event: unknown, expiresAt: number): Promise<void> {
    for (let retries = 0; retries < config.MaximumRetryAttempts; retries += 1) {
      const waitMs = (setting.retryDelaysSeconds[retries] ?? 0) * 1000;
      if (Date.now() + waitMs > expiresAt) return logLine(TOO_OLD);
      await pause(waitMs, stopping.signal, { ref: false });
      if (stopping.signal.aborted) return;
      if ((await attempt(event, expiresAt)) === 'done') return;
    }
    logLine(`the event is dropped after ${config.MaximumRetryAttempts} retries`);
  }

  function logLine(line: string): void {
    log({ source: target.logicalId, stream: 'event', line });
  }

  return {
    invoke: (event) => {
      const expiresAt = Date.now() + config.MaximumEventAgeInSeconds * 1000;
      const first = attempt(event, expiresAt);
      const settled = first.then(async (result) => {
        if (result === 'again') await retry(event, expiresAt);
      });
      return { firstAttempt: first.then(() => {}), settled };
    },
    stop: () => stopping.abort(),
  };
}
