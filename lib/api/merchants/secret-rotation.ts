import * as z from 'zod';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import { type Answer, answer, fieldProblem, problem } from '../contract/operation.ts';
import type { ProblemCode } from '../contract/problems.ts';

/** The rotation of a secret: a merchant's own or an endpoint's. */

/** Maximum seconds for which a replaced secret also signs: one week. */
const MAX_OVERLAP_SECONDS = 604_800;

/** The body of a rotation. The secret is shown in one answer only. If that answer is lost, `rotationId` makes a retry safe. */
export const rotation = onFirstUse(() =>
  z.strictObject({
    overlapSeconds: z
      .number('invalid_value')
      .int('invalid_value')
      .min(0, 'invalid_value')
      .max(MAX_OVERLAP_SECONDS, 'invalid_value')
      .exactOptional()
      .meta({ description: 'For how long the old secret also signs. Default: a day.' }),
    rotationId: z
      .string('invalid_id')
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'invalid_id')
      .exactOptional()
      .meta({
        description:
          'An idempotency key. A repetition within an hour gets the same secret; with another overlapSeconds it is ' +
          'refused. Without it, every request makes a new secret.',
      }),
  }),
);

export const secretAnswer = onFirstUse(() =>
  z.object({
    secret: z.string().meta({ description: 'whsec_…, shown only once.' }),
  }),
);

/** The new secret: 201 if this request made it, 200 if an earlier request of the same rotation did. */
export function rotationAnswer({ kind, ...secrets }: { readonly kind: 'rotated' | 'repeated' }): Answer {
  return answer(kind === 'rotated' ? 201 : 200, secrets);
}

interface RefusedChange {
  readonly code: ProblemCode;
  readonly detail?: string | undefined;
}

/** The problem of a refused change. A rotation that contradicts an earlier one names the field that differs. */
export function refusalProblem({ code, detail }: RefusedChange): Answer {
  if (code !== 'rotation_conflict') return problem(code, { detail });
  return fieldProblem({ pointer: '/overlapSeconds', code });
}
