import { endpointIdSchema } from '../../../core/model.ts';
import { isoTime } from '../../../core/time.ts';
import {
  INCLUDES,
  type Include,
  UNDELIVERED_STATES,
  type UndeliveredState,
} from '../../../protocol/contract-words.ts';
import { instantOfField } from '../parts/instant-field.ts';

/** What is to be sent again, as the form says it and as the API takes it. */
export interface ChosenRange {
  readonly include: Include;
  readonly from: string;
  readonly to: string;
  readonly endpointId?: string;
  /** For `undelivered`. Empty: the service's own choice. */
  readonly states?: UndeliveredState[];
}

/** For `all`: what the service counted. The job starts only with the same numbers. */
export interface Counted {
  readonly jobId: string;
  readonly count: number;
  readonly to: string;
}

type Given = (name: string) => string | undefined;

/** The range that a form names; undefined if it names none. The form's states come as `exhausted,blocked`. */
export function chosenRange(given: Given): ChosenRange | undefined {
  const include = INCLUDES.find((one) => one === given('include'));
  const [fromMs, toMs] = [instantOfField(given('from')), instantOfField(given('to'))];
  if (include === undefined || fromMs === undefined || toMs === undefined || fromMs >= toMs) return undefined;
  const endpointId = given('endpointId');
  if (endpointId !== undefined && !endpointIdSchema().safeParse(endpointId).success) return undefined;
  const states = include === 'undelivered' ? chosenStates(given) : [];
  return {
    include,
    from: isoTime(fromMs),
    to: isoTime(toMs),
    ...(endpointId !== undefined && { endpointId }),
    ...(states.length > 0 && { states }),
  };
}

function chosenStates(given: Given): UndeliveredState[] {
  return UNDELIVERED_STATES.filter((state) => given(state) === 'true');
}

/** The same as fields of a form. */
export function fieldsOfRange({ states = [], ...range }: ChosenRange): Readonly<Record<string, string>> {
  return { ...range, ...Object.fromEntries(states.map((state) => [state, 'true'])) };
}
