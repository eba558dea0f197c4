import { ReceiverFault } from '../faults.ts';

/**
 * From when on this receiver answers for what was applied.
 *
 * @throws ReceiverFault `since_missing`
 */
export function sinceOf({ since }: { readonly since: string | undefined }): string {
  if (since !== undefined) return since;
  throw new ReceiverFault(
    'since_missing',
    'Nothing was asked for yet, so service.since must say from when on: a full hour.',
  );
}
