import { openService } from '../../cli/connection/service.ts';
import { createOutput, type Output } from '../../cli/output/output.ts';
import type { Stream } from '../../cli/output/terminal.ts';
import { followLife } from '../../cli/tail/follow-life.ts';
import type { LifeEvent } from '../../cli/tail/life.ts';
import { createLifeCounts } from '../../cli/tail/life-counts.ts';
import { lineOf, timeOf } from '../../cli/tail/life-lines.ts';
import type { MerchantCredentials } from '../credentials.ts';
import type { Board } from './board.ts';
import type { DemoReceiver } from './demo-receiver.ts';

/**
 * The demo's board on a terminal. It shows the merchant's life as `tidings tail` does, also what others record, with the
 * story's remarks between. The address, the counts and the keys stay at the bottom.
 */
export interface LiveBoardOptions {
  readonly api: string;
  readonly merchant: MerchantCredentials;
  readonly receiver: Pick<DemoReceiver, 'isOffline'>;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly hasColour: boolean;
  /** Whether keys are read. */
  readonly hasKeys: boolean;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Follows the merchant until the signal ends it. Then nothing stays at the bottom. */
export function openLiveBoard(options: LiveBoardOptions): Board {
  const { api, merchant, stdout, stderr, hasColour, now, signal } = options;
  const stdin: AsyncIterable<string> = { async *[Symbol.asyncIterator]() {} };
  const terminal = { stdin, stdout, stderr, hasColour };
  const output = createOutput({ terminal, isJson: false, isQuiet: false });
  const counts = createLifeCounts();
  const clock = () => timeOf(new Date(now()).toISOString());
  const showFooter = () => {
    if (!signal.aborted)
      output.footer(
        footerOf(options, [`${clock()} UTC  merchant ${merchant.merchantId} · `, ...counts.parts()]),
      );
  };
  const show = (news: LifeEvent) => {
    counts.add(news);
    output.line(...lineOf(news, now()));
  };
  const { receiverKey: key, merchantId } = merchant;
  followLife({
    service: openService({ api, key, merchantId, from: 'npm start' }, { signal }),
    signal,
    now,
    from: new Date(now()).toISOString(),
    isOnce: false,
    onNews: show,
    onLook: showFooter,
    onWait: (why) => output.note(why),
  }).catch((error: unknown) => {
    if (!signal.aborted) output.note(`The board stopped: ${String(error)}`);
  });
  signal.addEventListener('abort', () => output.footer([]), { once: true });
  showFooter();
  return {
    header: () =>
      output.line([
        `merchant ${merchantId}, time in UTC; another: npm run tidings -- tail --merchant ID`,
        'quiet',
      ]),
    row: ({ transactionId, state }) => {
      // Attempts show themselves. An acknowledgement long after the last attempt does not.
      if (state !== 'acknowledged') return;
      show({ event: 'state', type: '', transactionId, version: 1, endpointId: merchant.endpointId, state });
      showFooter();
    },
    message: (text) => {
      output.line(`${clock()}  `, [text, 'strong']);
      showFooter();
    },
    plain: (text = '') => output.line([text, 'strong']),
    note: output.note,
  };
}

type Footer = Parameters<Output['footer']>[0];

function footerOf({ api, receiver, hasKeys }: LiveBoardOptions, state: Footer[number]): Footer {
  const keys = `[k] ${receiver.isOffline ? 'start' : 'stop'} the receiver   [r] record an order   [q] quit`;
  return [
    [['─'.repeat(78), 'quiet']],
    [`API ${api}   console ${api}/console`],
    state,
    [[hasKeys ? keys : 'Ctrl-C stops the service', 'strong']],
  ];
}
