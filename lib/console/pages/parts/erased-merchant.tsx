import { getErasure } from '../../../api/merchants/erase-contract.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import type { Frame, Visit } from '../../site/page.ts';
import { KeyValues } from '../../view/data/key-values.tsx';
import { StateBadge } from '../../view/data/state-badge.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';

export type ErasureAnswer = AnswerOf<typeof getErasure>;

/** The erasure of a merchant that cannot be shown, for operators. Undefined: it was not erased, or the error is another. */
export async function erasureBehind(
  error: unknown,
  { api, session, params: { merchantId } }: Visit<'/merchants/{merchantId}'>,
): Promise<ErasureAnswer | undefined> {
  const isUnknown = error instanceof ApiProblem && error.code === 'unknown_merchant';
  if (!isUnknown || session.scope !== 'admin') return undefined;
  return api.ask(getErasure, { merchantId }).catch((problem: unknown) => {
    if (problem instanceof ApiProblem) return undefined;
    throw problem;
  });
}

/** The states of jobs that say the same. */
const STATES = { waiting: 'waiting', deleting: 'running', erased: 'done' } as const;

/** What is left of an erased merchant: how far its rows and files are deleted. */
export function ErasedMerchant({ merchantId, state, deleted, ...at }: ErasureAnswer, { ui, text }: Frame) {
  const { erased, jobs, statements, auditLog } = text;
  const times: readonly (readonly [string, string | undefined])[] = [
    [auditLog.actions['merchant.erased'], at.erasedAt],
    [erased.from, at.beganAt === undefined ? at.startsNotBefore : undefined],
    [jobs.created, at.beganAt],
    [jobs.ended, at.endedAt],
  ];
  return (
    <>
      <PageHeader title={merchantId} lead={erased.lead} />
      <section class="card">
        <KeyValues
          isWide
          items={[
            { key: jobs.state, value: <StateBadge ui={ui} state={STATES[state]} /> },
            { key: statements.rows, value: ui.format.number(deleted.rows) },
            { key: erased.files, value: ui.format.number(deleted.files) },
            ...times.flatMap(([key, time]) =>
              time ? [{ key, value: <Time ui={ui} at={time} isExact /> }] : [],
            ),
          ]}
        />
      </section>
    </>
  );
}
