import {
  listDeadLetters,
  MAX_LETTERS_SHOWN,
  MAX_REDRIVEN,
  redriveDeadLetters,
} from '../../../api/dead-letters/dead-letters-contract.ts';
import { DEAD_LETTER_QUEUES, type DeadLetterQueueName } from '../../../protocol/contract-words.ts';
import type { AnswerOf } from '../../asking/console-api.ts';
import { action, type Frame, type Performed, page } from '../../site/page.ts';
import { hrefOf } from '../../site/paths.ts';
import { LinkButton } from '../../view/controls/button.tsx';
import { ConfirmDialog, ConfirmPage } from '../../view/controls/confirm.tsx';
import { EmptyState } from '../../view/data/empty-state.tsx';
import { PageHeader, Section } from '../../view/page/page-header.tsx';
import { LetterTable } from './letter-table.tsx';

type Queue = AnswerOf<typeof listDeadLetters>['queues'][number];

interface Props {
  readonly queues: readonly Queue[];
}

const PATH = '/dead-letters';
const PUT_BACK = '/dead-letters/put-back';

export const deadLettersPage = page({
  path: PATH,
  who: 'operator',
  async load({ api }): Promise<Props> {
    return await api.ask(listDeadLetters, { query: { limit: String(MAX_LETTERS_SHOWN) } });
  },
  title: (text) => text.deadLetters.title,
  place: () => ({ current: 'deadLetters' }),
  view: DeadLetters,
});

function DeadLetters({ queues }: Props, frame: Frame) {
  const { deadLetters: words } = frame.text;
  const filled = queues.filter(({ count, items }) => count > 0 || items.length > 0);
  return (
    <>
      <PageHeader title={words.title} lead={words.lead} />
      {filled.length === 0 && (
        <EmptyState icon="deadLetters" title={words.empty}>
          <p>{words.emptyText}</p>
        </EmptyState>
      )}
      {filled.map((queue) => OneQueue(queue, frame))}
    </>
  );
}

const TEXTS = { lanes: 'lanesText', intake: 'intakeText' } as const;

function OneQueue({ queue, count, items }: Queue, frame: Frame) {
  const { ui, text } = frame;
  const { deadLetters: words } = text;
  const { number } = ui.format;
  // Those that are not shown may be able to go back.
  const mayGoBack = items.length < count || items.some(({ canGoBack }) => canGoBack);
  return (
    <Section
      id={queue}
      title={words[queue]}
      isBare
      actions={mayGoBack && <PutBack queue={queue} count={count} frame={frame} />}
    >
      <p class="quiet">
        {words[TEXTS[queue]]} {words.shown(number(items.length), number(Math.max(count, items.length)))}
      </p>
      <LetterTable ui={ui} text={text} caption={words[queue]} letters={items} />
    </Section>
  );
}

interface PutBackProps {
  readonly queue: DeadLetterQueueName;
  readonly count: number;
  readonly frame: Frame;
}

function PutBack({ queue, count, frame }: PutBackProps) {
  const id = `put-back-${queue}`;
  return (
    <>
      <LinkButton href={hrefOf(PUT_BACK, {}, { queue })} icon="replay" opens={id}>
        {frame.text.deadLetters.putBack}
      </LinkButton>
      <ConfirmDialog id={id} {...puttingBack({ queue, count, frame })} />
    </>
  );
}

function puttingBack({ queue, count, frame: { ui, text, csrf } }: PutBackProps) {
  const { deadLetters: words } = text;
  const most = Math.min(Math.max(count, 1), MAX_REDRIVEN);
  return {
    ui,
    csrf,
    title: words.confirmTitle,
    children: (
      <p>
        <strong>{words[queue]}</strong>. {words.confirmText(ui.format.number(most))}
      </p>
    ),
    action: hrefOf(PUT_BACK),
    values: { queue },
    confirm: words.putBack,
    back: hrefOf(PATH),
  };
}

const queueOf = (name: string | undefined) => DEAD_LETTER_QUEUES.find((one) => one === name);

/** Asks the same where no script opens the dialog. */
export const putLettersBackPage = page({
  path: PUT_BACK,
  who: 'operator',
  load: async ({ query }) => ({ queue: queueOf(query('queue')) ?? DEAD_LETTER_QUEUES[0] }),
  title: (text) => text.deadLetters.confirmTitle,
  place: () => ({ current: 'deadLetters' }),
  view: ({ queue }, frame) => (
    <ConfirmPage {...puttingBack({ queue, count: Number.POSITIVE_INFINITY, frame })} />
  ),
});

/** Puts back as many as one request may. Letters that come back meanwhile are newer, and stay. */
export const putLettersBack = action({
  path: PUT_BACK,
  who: 'operator',
  async perform({ api, field, ui }): Promise<Performed> {
    const queue = queueOf(field('queue'));
    if (queue === undefined) return { kind: 'redirect', to: hrefOf(PATH) };
    const { redriven, isDone } = await api.ask(redriveDeadLetters, { body: { queue, limit: MAX_REDRIVEN } });
    const flash = isDone ? 'lettersBack' : 'lettersBackMore';
    return { kind: 'redirect', to: hrefOf(PATH), flash, about: ui.format.number(redriven) };
  },
});
