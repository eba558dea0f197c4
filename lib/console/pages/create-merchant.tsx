import { createMerchant } from '../../api/merchants/merchants-contract.ts';
import type { AnswerOf } from '../asking/console-api.ts';
import { action, type Frame, type Performed } from '../site/page.ts';
import { hrefOf } from '../site/paths.ts';
import { LinkButton } from '../view/controls/button.tsx';
import { Id, KeyValues } from '../view/data/key-values.tsx';
import { PageHeader } from '../view/page/page-header.tsx';
import { MERCHANTS, Merchants, merchantsOf } from './merchants-page.tsx';
import { formProblems } from './parts/form-problems.ts';

/** Creates a merchant. A form that is sent twice makes one: the API answers without the secret to the second. */
export const createMerchantAction = action({
  path: MERCHANTS,
  who: 'operator',
  async perform(submission): Promise<Performed> {
    const { api, field, text } = submission;
    const { merchants: words } = text;
    const [merchantId = '', name = ''] = [field('merchantId'), field('name')];
    const place = { current: 'merchants' } as const;
    try {
      const made = await api.ask(createMerchant, { body: { merchantId, name } as never });
      return {
        kind: 'shown',
        shown: { title: words.create, place, body: (frame) => MadeMerchant(made, frame) },
      };
    } catch (error) {
      const problems = formProblems(error, ['merchantId', 'name']);
      if (problems === undefined) throw error;
      const props = { ...(await merchantsOf(submission)), form: { merchantId, name, problems } };
      return {
        kind: 'shown',
        shown: { title: words.title, place, status: 400, body: (frame) => Merchants(props, frame) },
      };
    }
  },
});

/** Shows the secret on the page that answers the form: neither address nor cookie nor log holds it. */
function MadeMerchant(made: AnswerOf<typeof createMerchant>, { ui, text }: Frame) {
  const { merchants: words } = text;
  const { merchantId } = made;
  const secret = 'secret' in made ? made.secret : undefined;
  return (
    <>
      <PageHeader
        title={secret === undefined ? words.create : words.madeTitle}
        lead={secret === undefined ? words.madeBefore : words.madeText}
        crumbs={[{ label: words.title, href: hrefOf(MERCHANTS) }]}
      />
      <section class="card">
        <KeyValues
          items={[
            { key: words.secret, value: secret && <Id ui={ui} value={secret} of={words.secret} /> },
            { key: words.newId, value: <Id ui={ui} value={merchantId} of={words.newId} /> },
          ]}
        />
        <div class="buttons">
          <LinkButton kind="main" href={hrefOf('/merchants/{merchantId}', { merchantId })}>
            {words.goOn}
          </LinkButton>
        </div>
      </section>
    </>
  );
}
