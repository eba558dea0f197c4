/** What happened to one notification, and what is planned, as the timeline shows it. */

/** One request to the receiver, as the API shows it. */
export interface ShownAttempt {
  readonly number: number;
  /** ISO time at which it began. */
  readonly at: string;
  readonly durationMs: number;
  readonly statusCode?: number;
  /** Stable code of the failure. Absent: delivered, or answered with 410. */
  readonly error?: string;
  readonly detail?: string;
  /** The start of the answer's body. */
  readonly responseSnippet?: string;
}

/** The latest acknowledgement or redelivery. */
interface ShownRequest {
  readonly action: 'acknowledge' | 'redeliver';
  readonly at: string;
  /** The id of the key that made it. */
  readonly by?: string;
}

export interface History {
  /** When the outcome was listed: the timeline begins here. */
  readonly listedAt: string;
  readonly attempts: readonly ShownAttempt[];
  /** ISO times of the attempts that are still to come, soonest first. */
  readonly planned: readonly string[];
  readonly request?: ShownRequest;
}

const GONE = 410;

export function isDelivered({ error, statusCode }: ShownAttempt): boolean {
  return error === undefined && statusCode !== undefined && statusCode !== GONE;
}

/** The code that says why an attempt failed; undefined if it was delivered. */
export function failureOf(attempt: ShownAttempt): string | undefined {
  return isDelivered(attempt) ? undefined : (attempt.error ?? 'gone');
}

export type Moment =
  | { readonly kind: 'attempt'; readonly at: string; readonly attempt: ShownAttempt }
  | { readonly kind: 'request'; readonly at: string; readonly request: ShownRequest }
  | { readonly kind: 'planned'; readonly at: string; readonly number: number };

/** Everything in order of time. */
export function momentsOf({ attempts, planned, request }: History): readonly Moment[] {
  const next = (attempts.at(-1)?.number ?? 0) + 1;
  const moments: readonly Moment[] = [
    ...attempts.map((attempt) => ({ kind: 'attempt', at: attempt.at, attempt }) as const),
    ...(request === undefined ? [] : [{ kind: 'request', at: request.at, request } as const]),
    ...planned.map((at, index) => ({ kind: 'planned', at, number: next + index }) as const),
  ];
  return moments.toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at));
}
