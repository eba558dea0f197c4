import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { laneEnvironment, tableEnvironment } from '../function-environment.ts';
import { createFunction, everyMinutes, type Part } from '../service-function.ts';

/** A run that is still going is no reason not to begin the next. */
const WINDOWS_TIMEOUT_SECONDS = 300;
/** Close and audit read whole windows: sums and many reads at a time want a processor more than memory. */
const WINDOWS_MEMORY_MB = 1_024;
/** As long as a function may run: a large merchant's day is read and written in one go. */
const STATEMENT_TIMEOUT_SECONDS = 900;
/** As often as a run can last, so that no two make the same statement. */
const STATEMENT_MINUTES = 15;
/** Several statements are made at a time, each with two parts of a file in memory. */
const STATEMENT_MEMORY_MB = 1_769;
/** Audit and statements read every row again: four invocations share the partitions. A rule has at most five targets. */
const SHARES = [0, 4, 8, 12].map((first) => ({
  partitions: [first, first + 1, first + 2, first + 3],
}));

/** Closes windows, every minute. */
export function createClose(part: Part): LambdaFunction {
  const fn = createFunction(part, {
    name: 'close',
    timeoutSeconds: WINDOWS_TIMEOUT_SECONDS,
    memoryMb: WINDOWS_MEMORY_MB,
    environment: {
      ...tableEnvironment(part.resources, part.settings),
      TIDINGS_WINDOW_SECONDS: String(part.settings.windowSeconds),
    },
  });
  everyMinutes(part.scope, fn, { minutes: 1 });
  return fn;
}

/** Compares closed windows with what should have been notified, every minute. */
export function createAudit(part: Part): LambdaFunction {
  const fn = createFunction(part, {
    name: 'audit',
    timeoutSeconds: WINDOWS_TIMEOUT_SECONDS,
    memoryMb: WINDOWS_MEMORY_MB,
    environment: {
      ...tableEnvironment(part.resources, part.settings),
      ...laneEnvironment(part.resources),
    },
  });
  everyMinutes(part.scope, fn, { minutes: 1, inputs: SHARES });
  return fn;
}

/** Writes the statements of days that ended. */
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
  everyMinutes(part.scope, fn, { minutes: STATEMENT_MINUTES, inputs: SHARES });
  return fn;
}
