import type { WindowRefusal } from '../../core/feed/closed-windows.ts';
import { type Answer, problem } from '../contract/operation.ts';

/**
 * The problem for a refused query about closed windows.
 *
 * @param place the part of the request that holds the refused fields; `start` is called `window` in a body
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
