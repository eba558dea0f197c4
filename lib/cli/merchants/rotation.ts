import { randomUUID } from 'node:crypto';
import type { Option } from '../command-line/command.ts';
import type { Given } from '../command-line/given.ts';
import type { Question } from '../connection/service.ts';

/** The rotation of a secret, of a merchant or an endpoint. */

export const OVERLAP: Option = {
  name: 'overlap',
  value: 'SECONDS',
  summary: 'how long both secrets are valid; default: 86400',
};
const MAX_OVERLAP_SECONDS = 604_800;

/** Repeated by itself if the answer is lost: the rotation has an id, and its secret is shown again. @param path of the owner */
export function rotationOf(given: Given, path: string): Question {
  const overlapSeconds = given.number('overlap', { min: 0, max: MAX_OVERLAP_SECONDS });
  return {
    method: 'POST',
    path: `${path}/secrets`,
    body: { rotationId: randomUUID(), ...(overlapSeconds !== undefined && { overlapSeconds }) },
    isIdempotent: true,
  };
}
