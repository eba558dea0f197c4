import * as z from 'zod';
import { onFirstUse } from '../../core/reading/on-first-use.ts';
import type { Operation } from './operation.ts';
import { addressForAdmins } from './operation-address.ts';
import { ofMerchant } from './shapes.ts';

/**
 * The form of an operation in which an admin names the merchant. It has the same schemas and the same handler as the
 * operation of the merchant's own key, so both get the same data. Undefined if admins may not make the request.
 */
export function formForAdmins(own: Operation): Operation | undefined {
  const address = addressForAdmins(own);
  if (address === undefined) return undefined;
  return {
    ...own,
    ...address,
    summary: `For admins: ${own.summary}`,
    scopes: ['admin'],
    // What changes something needs a key that is not revoked.
    ...(own.function === 'admin' && { freshKey: true }),
    params: onFirstUse(() => z.strictObject({ ...ofMerchant().shape, ...own.params?.().shape })),
    answers: () => unsigned(own.answers()),
    problems: [...own.problems, 'unknown_merchant'],
  };
}

/** Answers to admins are not signed: no secret of a merchant vouches for what it did not ask. */
function unsigned(answers: ReturnType<Operation['answers']>): ReturnType<Operation['answers']> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, ...rest }]) => [
      status,
      { ...rest, description: description.replace(' Signed.', '') },
    ]),
  );
}
