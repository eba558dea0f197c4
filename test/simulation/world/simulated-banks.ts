import type { CallbackRequest, Exchange } from '../../../lib/core/deliver/attempt/sender.ts';
import type {
  MerchantId,
  Outcome,
  OutcomeContent,
  TransactionId,
  TransactionKey,
} from '../../../lib/core/model.ts';
import { isoTime } from '../../../lib/core/time.ts';
import type { Dice } from '../storm/dice.ts';
import type { VirtualTime } from '../storm/virtual-time.ts';
import type { SimulatedMerchant } from './simulated-merchants.ts';
import { Recorder, type RecorderOptions } from './simulated-recorder.ts';

/** How a bank answers checks during the storm. `silent` lasts to the end of the run. */
type Manner = 'frank' | 'moody' | 'silent';

/** A bank's own entry about a transaction. The first entry wins. */
interface Entry {
  readonly says: 'committed' | 'rolled back';
  readonly content: OutcomeContent;
}

/** The step at which a bank dies, if any. */
type Death = 'before commit' | 'before record' | 'never';

/** A prepared transaction, and the end that its bank would report. */
export interface Prepared {
  readonly key: TransactionKey;
  readonly content: OutcomeContent;
  readonly manner: Manner;
  /** Whether Tidings takes "unknown" for an end. The bank then marks unknown transactions as rolled back. */
  readonly isMarking: boolean;
  entry: Entry | undefined;
}

const HOST = 'https://bank.example';

/**
 * Services that prepare, commit in their own books, and record. They may die between any two steps; Tidings then asks
 * them for the end.
 */
export class Banks {
  /** Every transaction that may have a PENDING, by name. */
  readonly prepared = new Map<string, Prepared>();
  /** Outcomes whose recording was answered. */
  readonly acknowledged: Outcome[];
  busy = 0;
  readonly #dice: Dice;
  readonly #time: VirtualTime;
  readonly #recorder: Recorder;
  readonly #isStormy: () => boolean;

  constructor(options: RecorderOptions & { readonly isStormy: () => boolean }) {
    this.#dice = options.dice;
    this.#time = options.time;
    this.#recorder = new Recorder(options);
    this.acknowledged = this.#recorder.acknowledged;
    this.#isStormy = options.isStormy;
  }

  plan(merchant: SimulatedMerchant, name: string, atMs: number): void {
    const dice = this.#dice;
    const key = { merchantId: merchant.merchantId, transactionId: name as TransactionId };
    const transaction: Prepared = {
      key,
      content: merchant.content(this.busy),
      manner: dice.pick(['frank', 'frank', 'moody', 'moody', 'silent']),
      isMarking: dice.chance(0.5),
      entry: undefined,
    };
    const death = dice.pick<Death>(['before commit', 'before record', 'before record', 'never']);
    this.busy += 1;
    this.#time.at(atMs, async () => {
      await this.#live(transaction, death);
      this.busy -= 1;
    });
  }

  /** Prepare, commit, record: the three steps of an initiator. */
  async #live(transaction: Prepared, death: Death): Promise<void> {
    const { key, content } = transaction;
    this.prepared.set(nameOf(key), transaction);
    const checkBack = {
      url: `${HOST}/check`,
      afterSeconds: this.#dice.between(5, 60),
      onUnknown: transaction.isMarking ? 'FAILED' : 'ask',
    } as const;
    await this.#recorder.record(key, { ...content, status: 'PENDING', checkBack });
    await this.#time.sleep(this.#dice.between(100, 90_000));
    if (death === 'before commit') return;
    // If a check marked it as rolled back meanwhile, the local transaction is refused.
    transaction.entry ??= { says: 'committed', content };
    if (death === 'before record') return;
    await this.#time.sleep(this.#dice.between(100, 30_000));
    await this.#recorder.record(key, endOf(transaction, transaction.entry));
  }

  /** Answers a check. Returns undefined for a request that is not a check. */
  take(request: CallbackRequest): Exchange | undefined {
    if (!request.url.startsWith(HOST)) return undefined;
    const { merchantId, transactionId } = JSON.parse(request.body) as {
      merchantId: MerchantId;
      transactionId: string;
    };
    const transaction = this.prepared.get(
      nameOf({ merchantId, transactionId: transactionId as TransactionId }),
    );
    if (transaction === undefined) return response(404, { status: 'UNKNOWN' });
    const isOutOfOrder =
      transaction.manner === 'silent' ||
      (transaction.manner === 'moody' && this.#isStormy() && this.#dice.chance(0.6));
    return isOutOfOrder ? this.#nonsense(transaction) : this.#frankly(transaction);
  }

  /** Answers that must not be believed, of every kind. */
  #nonsense({ content }: Prepared): Exchange {
    const occurredAt = isoTime(this.#time.now);
    const { currency, amount } = content;
    return this.#dice.pick<() => Exchange>([
      () => ({ kind: 'error', code: 'timeout', durationMs: 10_000 }),
      () => response(500, { status: 'SUCCEEDED', amount, currency, occurredAt }),
      () => response(404, {}),
      () => response(404, 'Not found'),
      () => response(200, 'OK'),
      () => response(200, { status: 'PENDING' }),
      () => response(200, { status: 'SUCCEEDED', amount: amount + 1, currency, occurredAt }),
      () => response(200, { status: 'SUCCEEDED' }),
    ])();
  }

  /**
   * Answers from the books. If "unknown" counts as an end, it first marks an unknown transaction, so that the transaction
   * cannot be committed later.
   */
  #frankly(transaction: Prepared): Exchange {
    if (transaction.entry === undefined && !transaction.isMarking)
      return response(404, { status: 'UNKNOWN' });
    transaction.entry ??= { says: 'rolled back', content: transaction.content };
    const { entry } = transaction;
    if (entry.says === 'rolled back') return response(404, { status: 'UNKNOWN' });
    const { status, amount, currency, occurredAt } = endOf(transaction, entry);
    return response(200, { status, amount, currency, occurredAt });
  }
}

/** The end of a transaction according to the bank's books. */
function endOf({ content }: Prepared, entry: Entry): OutcomeContent {
  return entry.says === 'committed' ? content : { ...content, status: 'FAILED' };
}

export function nameOf({ merchantId, transactionId }: TransactionKey): string {
  return `${merchantId}/${transactionId}`;
}

function response(statusCode: number, body: object | string): Exchange {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'response', statusCode, body: text, durationMs: 20 };
}
