import { getErasure } from '../../../api/merchants/erase-contract.ts';
import { ApiProblem } from '../../asking/api-problem.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import type { Frame, Visit } from '../../site/page.ts';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
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

/** What is left of an erased merchant: how far its rows and files are deleted. */
export function ErasedMerchant(erasure: ErasureAnswer, { ui, text }: Frame) {
  const { erased: words } = text;
  const { merchantId, state, deleted, erasedAt, startsNotBefore, beganAt, endedAt } = erasure;
  return (
    <>
      <PageHeader title={merchantId} lead={words.lead} />
      <section class="card">
        <KeyValues
          isWide
          items={[
            { key: words.state, value: words.states[state] },
            { key: text.merchant.id, value: <Id ui={ui} value={merchantId} of={text.merchant.id} /> },
            { key: words.erasedAt, value: <Time ui={ui} at={erasedAt} /> },
            ...(beganAt === undefined
              ? [{ key: words.startsNotBefore, value: <Time ui={ui} at={startsNotBefore} isExact /> }]
              : [{ key: words.beganAt, value: <Time ui={ui} at={beganAt} /> }]),
            { key: words.rows, value: ui.format.number(deleted.rows) },
            { key: words.files, value: ui.format.number(deleted.files) },
            ...(endedAt === undefined ? [] : [{ key: words.endedAt, value: <Time ui={ui} at={endedAt} /> }]),
          ]}
        />
      </section>
    </>
  );
}
