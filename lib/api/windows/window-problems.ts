import type { WindowRefusal } from '../../core/feed/closed-windows.ts';
import { type Answer, problem } from '../operation.ts';

/**
 * Why a question about closed windows is not answered.
 *
 * @param place where in the request the fields stand that a refusal names; `start` is a body's `window`
 */
export function windowProblem(
  { code, asOf, field, details }: WindowRefusal,
  place: '/query' | '/path' | '/body',
): Answer {
  const pointer = pointerOf(field, place);
  return problem(code, {
    asOf,
    ...(field !== undefined && { errors: [{ pointer, code }] }),
    ...(details !== undefined && { extra: details }),
  });
}

function pointerOf(field: WindowRefusal['field'], place: '/query' | '/path' | '/body'): string {
  if (field === 'cursor') return '/query/cursor';
  return place === '/body' ? '/window' : `${place}/${field}`;
}
