/**
 * Counts the effects of a lesson and kills the process where a plan says so. Clients call it. Lessons do not know about
 * it, so a kill can hit them anywhere.
 */

export interface KillPlan {
  readonly at: 'before' | 'after';
  /** The first effect of a start is 1. */
  readonly effect: number;
}

export interface Effects {
  /** Effects started since the process started. */
  readonly count: number;
  /** Runs one effect. A failed effect counts too: its refusal is an answer that may get lost. */
  make<T>(effect: () => T): T;
  makeAsync<T>(effect: () => Promise<T>): Promise<T>;
}

/** Parses a kill plan. Undefined without a text. @example planOf('after:5') */
export function planOf(text: string | undefined): KillPlan | undefined {
  if (text === undefined) return undefined;
  const [, at, effect] = /^(before|after):([1-9]\d*)$/.exec(text) ?? [];
  if (at === undefined) throw new Error(`A kill plan is before:N or after:N, not ${text}.`);
  return { at: at as KillPlan['at'], effect: Number(effect) };
}

/** @param kill ends the process with SIGKILL and does not return */
export function countEffects(plan: KillPlan | undefined, kill: (plan: KillPlan) => void): Effects {
  let count = 0;
  const reach = (at: KillPlan['at'], effect: number) => {
    if (plan?.at === at && plan.effect === effect) kill(plan);
  };
  return {
    get count() {
      return count;
    },
    make(effect) {
      count += 1;
      const number = count;
      reach('before', number);
      try {
        return effect();
      } finally {
        reach('after', number);
      }
    },
    async makeAsync(effect) {
      count += 1;
      const number = count;
      reach('before', number);
      try {
        return await effect();
      } finally {
        reach('after', number);
      }
    },
  };
}
