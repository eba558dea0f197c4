import type { TransactionKey } from '../model.ts';
import type { NotificationKey } from './state/notification.ts';

/** Key of a row with a next attempt. One index holds both kinds. */
export type DueKey =
  | { readonly kind: 'notification'; readonly key: NotificationKey }
  | { readonly kind: 'check'; readonly key: TransactionKey };

interface DuePageQuery {
  readonly partition: number;
  readonly before: string;
  readonly limit: number;
  readonly cursor?: string;
}

interface DuePage {
  readonly keys: readonly DueKey[];
  /** When the first of them was due. */
  readonly oldest?: string;
  readonly cursor?: string;
}

export interface DueIndex {
  /** Keys whose next attempt was due before `before`, oldest first. Eventually consistent. */
  page(options: DuePageQuery): Promise<DuePage>;
}
