import { cpus } from 'node:os';

/** A time too short says little, and an old sample nothing about now. In ms. */
const MIN_SAMPLE_MS = 90;
const MAX_SAMPLE_MS = 1_000;
/** The processor counts as busy if less than this share of its time was idle. */
const FREE_SHARE = 0.25;

/** Reads the time that all cores were idle, and the time that they had, in ms since the start of the machine. */
export type ReadProcessor = () => { readonly idleMs: number; readonly totalMs: number };

/**
 * Returns a function that says whether all cores of the machine were busy since it was last asked, with our work or that of
 * others. The first answer in a second is no: it only begins to measure.
 */
export function processorLoad(
  read: ReadProcessor = readProcessor,
  now: () => number = Date.now,
): () => boolean {
  let last = { at: 0, ...read() };
  let isBusy = false;
  return () => {
    const at = now();
    if (at - last.at < MIN_SAMPLE_MS) return isBusy;
    const next = { at, ...read() };
    const idleShare = (next.idleMs - last.idleMs) / (next.totalMs - last.totalMs);
    isBusy = at - last.at <= MAX_SAMPLE_MS && idleShare < FREE_SHARE;
    last = next;
    return isBusy;
  };
}

function readProcessor() {
  let [idleMs, totalMs] = [0, 0];
  for (const { times } of cpus()) {
    idleMs += times.idle;
    totalMs += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { idleMs, totalMs };
}
