import { listMerchantKeys } from '../../../api/keys/keys-contract.ts';
import { MERCHANT_KEY_SCOPES } from '../../../protocol/contract-words.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { type Frame, page, type Visit } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { ActionForm, Button, LinkButton } from '../../view/controls/button.tsx';
import { SelectField, TextField } from '../../view/controls/fields.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { Id } from '../../view/data/key-values.tsx';
import { Pagination, Table } from '../../view/data/table.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader, Section } from '../../view/page/page-header.tsx';
import { type FormProblems, fieldError, NO_PROBLEMS } from '../parts/form-problems.ts';
import { FormRefusal } from '../parts/form-refusal.tsx';

export const KEYS = '/merchants/{merchantId}/keys';
export const REVOKE_KEY = '/merchants/{merchantId}/keys/{keyId}/revoke';

type Key = AnswerOf<typeof listMerchantKeys>['items'][number];

export interface KeysProps {
  readonly merchantId: string;
  readonly keys: readonly Key[];
  readonly nextCursor: string | undefined;
  readonly isFirst: boolean;
  readonly scope: string;
  readonly expiresAt: string;
  readonly problems: FormProblems;
}

export const keysPage = page({
  path: KEYS,
  who: 'merchant',
  async load(visit): Promise<KeysProps> {
    return { ...(await keysOf(visit)), scope: 'receiver', expiresAt: '', problems: NO_PROBLEMS };
  },
  title: (text) => text.keys.title,
  place: ({ merchantId }) => ({ current: 'keys', merchant: { id: merchantId } }),
  view: Keys,
});

export async function keysOf({ api, params: { merchantId }, query }: Visit<typeof KEYS>) {
  const cursor = query('cursor');
  const { items, nextCursor, hasMore } = await api.ask(listMerchantKeys, {
    params: { merchantId },
    query: { limit: '100', ...(cursor !== undefined && { cursor }) },
  });
  return {
    merchantId,
    keys: items,
    nextCursor: hasMore ? nextCursor : undefined,
    isFirst: cursor === undefined,
  };
}

export function Keys(props: KeysProps, frame: Frame) {
  const { merchantId, keys, nextCursor, isFirst } = props;
  const { ui, text, session } = frame;
  const { keys: words } = text;
  const isOwn = ({ keyId }: Key) => session.isByLink !== true && keyId === session.keyId;
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      <Table
        caption={words.title}
        rows={keys}
        columns={[
          {
            header: words.id,
            cell: (key) => (
              <>
                <Id ui={ui} value={key.keyId} isPlain />{' '}
                {isOwn(key) && <span class="quiet">{words.yours}</span>}
              </>
            ),
          },
          { header: words.scope, cell: ({ scope }) => scope },
          { header: words.created, cell: ({ createdAt }) => <Time ui={ui} at={createdAt} /> },
          {
            header: words.expires,
            cell: ({ expiresAt }) => (expiresAt ? <Time ui={ui} at={expiresAt} /> : words.never),
          },
          {
            header: words.revoke,
            align: 'end',
            cell: ({ keyId }) => (
              <LinkButton href={hrefOf(REVOKE_KEY, { merchantId, keyId })}>
                {words.revoke} <span class="unseen">{keyId}</span>
              </LinkButton>
            ),
          },
        ]}
        empty={
          <EmptyState icon="keys" title={words.empty}>
            <p>{words.emptyText}</p>
          </EmptyState>
        }
      />
      {(nextCursor !== undefined || !isFirst) && (
        <Pagination
          ui={ui}
          newerHref={isFirst ? undefined : hrefOf(KEYS, { merchantId })}
          olderHref={nextCursor && hrefOf(KEYS, { merchantId }, { cursor: nextCursor })}
        />
      )}
      <Section id="create" title={words.create}>
        <CreateForm {...props} frame={frame} />
      </Section>
    </>
  );
}

interface CreateFormProps extends KeysProps {
  readonly frame: Frame;
}

function CreateForm({ merchantId, scope, expiresAt, problems, frame }: CreateFormProps) {
  const { ui, text, csrf } = frame;
  const { keys: words } = text;
  return (
    <ActionForm action={hrefOf(KEYS, { merchantId })} csrf={csrf} layout="stack">
      <FormRefusal problems={problems} text={text} />
      <SelectField
        ui={ui}
        name="scope"
        label={words.scope}
        value={scope}
        isRequired
        choices={MERCHANT_KEY_SCOPES.map((value) => ({ value, label: words.scopes[value] }))}
        {...fieldError(text, problems, 'scope')}
      />
      <TextField
        ui={ui}
        name="expiresAt"
        label={words.expiresAt}
        hint={words.expiresHint}
        type="datetime-local"
        value={expiresAt}
        {...fieldError(text, problems, 'expiresAt')}
      />
      <div class="buttons">
        <Button kind="main">{words.create}</Button>
      </div>
    </ActionForm>
  );
}
