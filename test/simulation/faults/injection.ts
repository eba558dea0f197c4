import { writeFileSync } from 'node:fs';

/** The fault to put into a process, as `run-faults.ts` passes it in the environment. */
export interface Injection {
  /** The fault's name in the list. */
  readonly name: string;
  /** URL of the module whose exports are replaced. */
  readonly module: string;
  readonly exports: readonly string[];
  /** File that is written when the fault is first reached. */
  readonly reachedFile: string;
}

/** Holds an {@link Injection} as JSON. Workers and child processes inherit it. */
export const INJECTION_VARIABLE = 'TIDINGS_FAULT';

const given = process.env[INJECTION_VARIABLE];
/** Undefined in a process without a fault. */
export const injection: Injection | undefined = given === undefined ? undefined : JSON.parse(given);

let isNoted = false;

/** Notes that the faulty code ran. A fault that is never reached proves nothing about those who should find it. */
export function noteReached(): void {
  if (isNoted || injection === undefined) return;
  isNoted = true;
  writeFileSync(injection.reachedFile, '');
}
