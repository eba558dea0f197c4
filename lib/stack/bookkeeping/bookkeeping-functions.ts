import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Preset } from '../../presets.ts';
import { laneEnvironment, tableEnvironment } from '../lambda/function-environment.ts';
import { createFunction, everyMinutes, type Part } from '../lambda/service-function.ts';

/** Longer than the interval: the next run may start while this one is still running. */
const WINDOWS_TIMEOUT_SECONDS = 300;
/** Close sums whole windows with many parallel reads. It needs CPU, and Lambda gives CPU with memory. */
const CLOSE_MEMORY_MB = 1_024;
/** A whole processor: the audit also reads the outcomes and notifications of every row. */
const AUDIT_MEMORY_MB = 1_769;
/** Lambda's maximum: a large merchant's day is read and written in one run. */
const STATEMENT_TIMEOUT_SECONDS = 900;
/** Equal to the longest run, so that two runs never make the same statement. An emulator's days are small. */
const STATEMENT_MINUTES: Readonly<Record<Preset, number>> = { local: 1, development: 15, production: 15 };
/** Several statements are made in parallel. Each holds two parts of a file in memory. */
const STATEMENT_MEMORY_MB = 1_769;
/** Four invocations share the partitions, so that each walks past a quarter of the merchants. A rule has at most five targets. */
const SHARES = [0, 4, 8, 12].map((first) => ({
  partitions: [first, first + 1, first + 2, first + 3],
}));

/** Closes windows. Runs every minute. */
export function createClose(part: Part): LambdaFunction {
  const fn = createFunction(part, {
    name: 'close',
    timeoutSeconds: WINDOWS_TIMEOUT_SECONDS,
    memoryMb: CLOSE_MEMORY_MB,
    environment: {
      ...tableEnvironment(part.resources, part.settings),
      TIDINGS_WINDOW_SECONDS: String(part.settings.windowSeconds),
    },
  });
  everyMinutes(part.scope, fn, { minutes: 1, inputs: SHARES });
  return fn;
}

/** Compares closed windows with the notifications that they require. Runs every minute. */
export function createAudit(part: Part): LambdaFunction {
  const fn = createFunction(part, {
    name: 'audit',
    timeoutSeconds: WINDOWS_TIMEOUT_SECONDS,
    memoryMb: AUDIT_MEMORY_MB,
    environment: {
      ...tableEnvironment(part.resources, part.settings),
      ...laneEnvironment(part.resources),
      TIDINGS_AUDIT_AFTER_SECONDS: String(part.settings.auditAfterSeconds),
    },
  });
  everyMinutes(part.scope, fn, { minutes: 1, inputs: SHARES });
  return fn;
}

/** Writes the statements of days that have ended. Runs every 15 minutes, on an emulator every minute. */
export function createStatement(part: Part): LambdaFunction {
  const fn = createFunction(part, {
    name: 'statement',
    timeoutSeconds: STATEMENT_TIMEOUT_SECONDS,
    memoryMb: STATEMENT_MEMORY_MB,
    environment: {
      ...tableEnvironment(part.resources, part.settings),
      TIDINGS_STATEMENTS_BUCKET: part.resources.statements.bucketName,
    },
  });
  everyMinutes(part.scope, fn, { minutes: STATEMENT_MINUTES[part.settings.preset], inputs: SHARES });
  return fn;
}
