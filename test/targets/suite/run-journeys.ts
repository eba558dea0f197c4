import { boundedMap } from '../../../lib/protocol/runtime/bounded-map.ts';
import { CannotError } from '../target.ts';
import type { Journey, Stage } from './scene.ts';

export type Result = 'passed' | 'failed' | 'cannot';

/** One line of the table. */
export interface JourneyReport {
  readonly journey: string;
  readonly shows: string;
  readonly result: Result;
  readonly seconds: number;
  readonly remarks: readonly string[];
  /** What went wrong, with its stack. */
  readonly failure?: string;
}

export interface RunOptions {
  readonly journeys: readonly Journey[];
  readonly onEnd?: (report: JourneyReport) => void;
}

/** Each journey has merchants of its own, and most of its time is waiting. */
const AT_A_TIME = 6;
/** Characters of a failure's message in the table. The whole one, with its stack, is printed above it. */
const MAX_REMARK = 300;

/** Runs the journeys side by side. A failed journey does not stop the others. */
export function runJourneys(stage: Stage, options: RunOptions): Promise<readonly JourneyReport[]> {
  return boundedMap(options.journeys, AT_A_TIME, async (journey) => {
    const report = await runJourney(stage, journey);
    options.onEnd?.(report);
    return report;
  });
}

async function runJourney(stage: Stage, journey: Journey): Promise<JourneyReport> {
  const { name, shows } = journey;
  const remarks: string[] = [];
  const beganMs = performance.now();
  const report = (result: Result, more: object = {}): JourneyReport => {
    const seconds = Math.round(performance.now() - beganMs) / 1_000;
    return { journey: name, shows, result, seconds, remarks, ...more };
  };
  try {
    await journey.run(stage.sceneOf(journey, (text) => void remarks.push(text)));
    return report('passed');
  } catch (error) {
    if (error instanceof CannotError) {
      remarks.push(`cannot: ${error.message}`);
      return report('cannot');
    }
    const { message, stack = message } = error as Error;
    remarks.push(message.replaceAll(/\s+/g, ' ').slice(0, MAX_REMARK));
    return report('failed', { failure: stack });
  }
}
