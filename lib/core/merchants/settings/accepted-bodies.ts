import * as z from 'zod';
import { isPlainText } from '../../../protocol/plain-text.ts';
import { onFirstUse } from '../../reading/on-first-use.ts';
import { NOT_BLANK } from '../../reading/text.ts';
import type { Endpoint } from '../merchant-config.ts';

/** The response bodies with which a 2xx counts as delivered: an endpoint's `expectBody`. */

/** Maximum number of bodies that one endpoint accepts. */
const MAX_ACCEPTED_BODIES = 8;

/** No check aborts (`max` of a list does): a union shows the errors of an option only if none does. */
const bodySchema = onFirstUse(() =>
  z
    .string('invalid_type')
    .max(256, 'too_long')
    .refine(isPlainText, 'invalid_text')
    .refine((text) => !isPlainText(text) || text.trim() !== '', NOT_BLANK),
);

/** As callers set it: one body, or a list. */
export type ExpectBody = string | readonly string[];

export const expectBodySchema = onFirstUse(() =>
  z
    .union(
      [
        bodySchema(),
        z
          .array(bodySchema(), 'invalid_type')
          .min(1, 'invalid_value')
          .refine((bodies) => bodies.length <= MAX_ACCEPTED_BODIES, 'too_long')
          .refine((bodies) => new Set(bodies.map(trimmed)).size === bodies.length, {
            error: 'invalid_value',
            params: { fits: 'Give each body once.' },
          })
          .meta({ maxItems: MAX_ACCEPTED_BODIES }),
      ],
      'invalid_type',
    )
    .meta({
      description:
        `A 2xx counts as delivered only with this body, such as success, or with one of up to ${MAX_ACCEPTED_BODIES}. ` +
        'Surrounding white space is ignored.',
    }),
);

/**
 * The stored form. The first body is in `expectBody`, as older versions store it, and the others are in `moreBodies`: an
 * instance of an older version reads the row, and accepts the first body only.
 */
type StoredBodies = Pick<Endpoint, 'expectBody' | 'moreBodies'>;

/** The row with these bodies in place of those that it has; null: any body. */
export function withBodies<Row extends StoredBodies>(
  { expectBody: _first, moreBodies: _others, ...row }: Row,
  accepted: ExpectBody | null,
): Omit<Row, keyof StoredBodies> & StoredBodies {
  const [expectBody, ...moreBodies] = accepted === null ? [] : [accepted].flat();
  return {
    ...row,
    ...(expectBody !== undefined && { expectBody }),
    ...(moreBodies.length > 0 && { moreBodies }),
  };
}

/** The accepted bodies of an endpoint, as they were set; undefined: any body. A list of one is the same as its only body. */
export function expectBodyOf({ expectBody, moreBodies = [] }: StoredBodies): ExpectBody | undefined {
  return expectBody === undefined || moreBodies.length === 0 ? expectBody : [expectBody, ...moreBodies];
}

function trimmed(text: string): string {
  return text.trim();
}
