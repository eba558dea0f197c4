import { createMerchantKey, listMerchantKeys, revokeMerchantKey } from '../../../api/keys/keys-contract.ts';
import { MERCHANT_KEY_SCOPES } from '../../../protocol/contract-words.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { action, type Frame, type Performed, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { ConfirmPage } from '../../view/controls/confirm.tsx';
import { Foreign } from '../../view/data/foreign.tsx';
import { Id, KeyValues } from '../../view/data/key-values.tsx';
import { Time } from '../../view/data/time.tsx';
import { PageHeader } from '../../view/page/page-header.tsx';
import { formProblems } from '../parts/form-problems.ts';
import { timeOfField } from '../parts/instant-field.ts';
import { KEYS, Keys, keysOf, REVOKE_KEY } from './keys-page.tsx';

/** Creates and revokes keys. */

export const createKeyAction = action({
  path: KEYS,
  who: 'merchant',
  async perform(submission): Promise<Performed> {
    const { api, params, field, text } = submission;
    const { merchantId } = params;
    const [scope = '', expiresAt = ''] = [field('scope'), field('expiresAt')];
    const place = { current: 'keys', merchant: { id: merchantId } } as const;
    const body = { scope, ...(expiresAt !== '' && { expiresAt: timeOfField(expiresAt) ?? expiresAt }) };
    try {
      const made = await api.ask(createMerchantKey, { params: { merchantId }, body: body as never });
      return {
        kind: 'shown',
        shown: { title: text.keys.create, place, body: (frame) => MadeKey({ merchantId, made }, frame) },
      };
    } catch (error) {
      const problems = formProblems(error, ['scope', 'expiresAt']);
      if (problems === undefined) throw error;
      const props = { ...(await keysOf(submission)), scope, expiresAt, problems };
      return {
        kind: 'shown',
        shown: { title: text.keys.title, place, status: 400, body: (frame) => Keys(props, frame) },
      };
    }
  },
});

interface MadeKeyProps {
  readonly merchantId: string;
  readonly made: AnswerOf<typeof createMerchantKey>;
}

/** Shows the key on the page that answers the form: neither address nor cookie nor log holds it. */
function MadeKey({ merchantId, made }: MadeKeyProps, { ui, text }: Frame) {
  const { keys: words } = text;
  const scope = MERCHANT_KEY_SCOPES.find((one) => one === made.scope);
  return (
    <>
      <PageHeader
        title={words.madeTitle}
        lead={words.madeText}
        crumbs={[{ label: words.title, href: hrefOf(KEYS, { merchantId }) }]}
      />
      <section class="card">
        <KeyValues
          items={[
            { key: words.key, value: <Id ui={ui} value={made.key} of={words.key} /> },
            { key: words.scope, value: scope === undefined ? made.scope : words.scopes[scope] },
            { key: words.expires, value: made.expiresAt && <Time ui={ui} at={made.expiresAt} /> },
          ]}
        />
        <div class="buttons">
          <LinkButton kind="main" href={hrefOf(KEYS, { merchantId })}>
            {words.goOn}
          </LinkButton>
        </div>
      </section>
    </>
  );
}

interface Revoking {
  readonly merchantId: string;
  readonly keyId: string;
}

export const revokeKeyPage = page({
  path: REVOKE_KEY,
  who: 'merchant',
  async load({ api, params: { merchantId, keyId } }): Promise<Revoking> {
    // Asked so that the page of a merchant that does not exist is none.
    await api.ask(listMerchantKeys, { params: { merchantId }, query: { limit: '1' } });
    return { merchantId, keyId };
  },
  title: (text) => text.keys.revokeTitle,
  place: ({ merchantId }) => ({ current: 'keys', merchant: { id: merchantId } }),
  view({ merchantId, keyId }, { ui, text, csrf, session }) {
    const { keys: words } = text;
    return (
      <ConfirmPage
        ui={ui}
        csrf={csrf}
        title={words.revokeTitle}
        action={hrefOf(REVOKE_KEY, { merchantId, keyId })}
        confirm={words.revoke}
        isDangerous
        back={hrefOf(KEYS, { merchantId })}
      >
        <p>
          <code>
            <Foreign text={keyId} />
          </code>
        </p>
        <p>{words.revokeText}</p>
        {keyId === session.keyId && <p>{words.revokeOwn}</p>}
      </ConfirmPage>
    );
  },
});

export const revokeKeyAction = action({
  path: REVOKE_KEY,
  who: 'merchant',
  async perform({ api, params: { merchantId, keyId } }) {
    await api.ask(revokeMerchantKey, { params: { merchantId, keyId } });
    return { kind: 'redirect', to: hrefOf(KEYS, { merchantId }), flash: 'keyRevoked', about: keyId };
  },
});
