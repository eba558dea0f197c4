import type * as z from 'zod';
import type { Fields } from './operation.ts';

/** Parameters or fields of one request that exclude each other. */
interface Exclusive {
  readonly given: Fields;
  /** All that are part of the contradiction. The refusal points to those that the request has. */
  readonly names: readonly string[];
  /** How they can be used, as a sentence for people. */
  readonly fits: string;
}

/** Adds the refusal of parameters that cannot be combined: one issue for each of them. */
export function refuseTogether(context: z.RefinementCtx, { given, names, fits }: Exclusive): void {
  for (const name of names.filter((one) => given[one] !== undefined)) {
    context.addIssue({ code: 'custom', path: [name], message: 'exclusive_parameters', params: { fits } });
  }
}
