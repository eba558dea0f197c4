import type { PathOperation } from './open-api.ts';

/** The chapters of the reference, in the order in which a reader needs them, with the first word of their paths. */
const CHAPTERS = [
  {
    title: 'Transactions',
    about: 'Record how a transaction ended; ask how it ended.',
    words: ['transactions'],
  },
  {
    title: 'Reconcile',
    about: 'Digests of closed windows, their rows, and the statement of a day.',
    words: ['windows', 'reconciliations', 'statements'],
  },
  {
    title: 'Deliveries',
    about: 'What was delivered, what was not and why, and sending it again.',
    words: ['deliveries', 'notifications', 'redeliveries', 'stats', 'alerts'],
  },
  {
    title: 'Merchants',
    about: 'Tenants and their secrets, and erasing them.',
    words: ['merchants', 'secrets', 'erasure'],
  },
  { title: 'Endpoints', about: 'Where callbacks go.', words: ['endpoints'] },
  { title: 'Keys', about: 'Who may call the API.', words: ['keys', 'whoami', 'portal-links', 'public-keys'] },
  {
    title: 'Operate',
    about: 'The state of the whole service, and what needs attention.',
    words: ['overview', 'unresolved', 'dead-letters', 'parked', 'audit-log'],
  },
  {
    title: 'This reference',
    about: 'As a page, and as a document for programs.',
    words: ['openapi.json', 'docs'],
  },
] as const;

/** One request, with the same request for admins if there is one. */
export interface ListedOperation extends PathOperation {
  /** The path at which an admin's key makes it for any merchant. */
  readonly forAdmins?: PathOperation;
}

export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly operations: readonly ListedOperation[];
}

/** @throws Error for a path that belongs to no chapter */
export function chaptersOf(all: readonly PathOperation[]): readonly Chapter[] {
  const byId = new Map(all.map((one) => [one.operation.operationId, one]));
  const own = all.filter(({ operation }) => !isFormForAdmins(operation.operationId, byId));
  const byTitle = Map.groupBy(own, ({ path }) => chapterOf(path).title);
  return CHAPTERS.map(({ title, about }) => ({
    id: `chapter-${title.toLowerCase().replaceAll(' ', '-')}`,
    title,
    about,
    operations: (byTitle.get(title) ?? []).map((one) => {
      const forAdmins = byId.get(`${one.operation.operationId}ForMerchant`);
      return forAdmins === undefined ? one : { ...one, forAdmins };
    }),
  }));
}

function isFormForAdmins(operationId: string, byId: ReadonlyMap<string, PathOperation>): boolean {
  return operationId.endsWith('ForMerchant') && byId.has(operationId.replace(/ForMerchant$/, ''));
}

/** A merchant's and an endpoint's own resources stand with their kind: `…/{merchantId}/keys` with the keys. */
function chapterOf(path: string): (typeof CHAPTERS)[number] {
  const words = path.split('/').filter((word) => word !== '' && word !== 'v1' && !word.startsWith('{'));
  const [first = '', second = ''] = words;
  const word = first === 'merchants' && second !== '' ? second : first;
  const found = CHAPTERS.find(({ words: known }) => known.some((one) => one === word));
  if (found === undefined) throw new Error(`${path} belongs to no chapter of the reference: ${word}`);
  return found;
}
