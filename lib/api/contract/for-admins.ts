import * as z from 'zod';
import { documented } from './documented.ts';
import type { Operation } from './operation.ts';
import { ofMerchant } from './shapes.ts';

/** Where the form for admins of `/v1/windows` is: `/v1/merchants/{merchantId}/windows`. */
const PATH_OF_MERCHANT = '/v1/merchants/{merchantId}';

/**
 * The form of an operation in which an admin names the merchant. It has the same schemas and the same handler as the
 * operation of the merchant's own key, so both get the same data. Undefined if admins may not make the request.
 */
export function formForAdmins(own: Operation): Operation | undefined {
  if (own.forAdmins !== true) return undefined;
  // Made for the first request: no function spends its start on it.
  const params = documented(() => z.strictObject({ ...ofMerchant.shape, ...own.params?.shape }));
  return {
    ...own,
    operationId: `${own.operationId}ForMerchant`,
    path: own.path.replace('/v1', PATH_OF_MERCHANT),
    summary: `For admins: ${own.summary}`,
    scopes: ['admin'],
    merchant: 'path',
    // What changes something needs a key that is not revoked.
    ...(own.function === 'admin' && { freshKey: true }),
    get params() {
      return params();
    },
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
