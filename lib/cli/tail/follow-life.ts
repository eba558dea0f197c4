import { waitMs } from '../../protocol/http/repeating.ts';
import { isObject } from '../../protocol/json/json-values.ts';
import { systemPauses } from '../../receiver/pauses.ts';
import type { Tools } from '../command-line/command.ts';
import { CommandFailure, EXIT } from '../command-line/exit-status.ts';
import type { Service } from '../connection/service.ts';
import { createLife, type Life, type LifeEvent } from './life.ts';

/** Looks at deliveries again and again, and tells what is new. */

/** Between two looks: short while something happens. */
const BUSY_MS = 500;
const CALM_MS = 2_000;
const PAGE = '100';
/** Transactions that are read again in one look, because an attempt of theirs is due. */
const MAX_DUE = 20;

export interface Following extends Pick<Tools, 'signal' | 'now'> {
  readonly service: Service;
  /** ISO time at which it begins. */
  readonly from: string;
  readonly isOnce: boolean;
  readonly onNews: (news: LifeEvent) => void;
  /** After each look that was answered. */
  readonly onLook?: (merchantId: string) => void;
  readonly onWait: (why: string, forMs: number) => void;
}

/** After a broken connection it goes on where it was. Ends when the signal says so. */
export async function followLife(following: Following): Promise<void> {
  const { service, signal, isOnce, onNews, onLook, onWait } = following;
  const life = createLife();
  let { from } = following;
  let pauseMs = BUSY_MS;
  for (let failures = 0; !signal.aborted; ) {
    let hasNews = false;
    try {
      const told = (news: LifeEvent) => {
        hasNews = true;
        onNews(news);
      };
      from = await look({ ...following, onNews: told }, life, from);
      failures = 0;
      pauseMs = hasNews ? BUSY_MS : Math.min(2 * pauseMs, CALM_MS);
      onLook?.(await service.merchantId());
      if (isOnce) return;
    } catch (error) {
      if (isOnce || !(error instanceof CommandFailure) || error.status !== EXIT.unreachable) throw error;
      failures += 1;
      pauseMs = waitMs({ failures: Math.min(failures, 8) }, systemPauses);
      onWait(error.message, pauseMs);
    }
    await systemPauses.sleep(pauseMs, signal).catch(() => undefined);
  }
}

/** Shows what is new. @returns where the next look begins: before it, no outcome can appear any more */
async function look({ service, now, onNews }: Following, life: Life, from: string): Promise<string> {
  const path = await service.pathOfMerchant('/deliveries');
  const looked = new Set<string>();
  let cursor: string | undefined;
  let watermark = from;
  do {
    const parameters = { limit: PAGE, ...(cursor === undefined ? { from } : { cursor }) };
    const page = await service.ask({ method: 'GET', path, parameters });
    for (const item of Array.isArray(page.items) ? page.items.filter(isObject) : []) {
      looked.add(String(item.transactionId));
      for (const news of life.newsOf(item)) onNews(news);
    }
    if (typeof page.watermark === 'string') watermark = page.watermark;
    cursor = page.hasMore === true ? String(page.nextCursor) : undefined;
  } while (cursor !== undefined);
  const due = life.due(now()).filter((id) => !looked.has(id));
  for (const id of due.slice(0, MAX_DUE)) {
    const found = await service.ask({
      method: 'GET',
      path: await service.pathOfMerchant(`/transactions/${id}`),
    });
    for (const news of life.newsOf(found)) onNews(news);
  }
  return watermark > from ? watermark : from;
}
