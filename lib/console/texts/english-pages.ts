import { englishDeliveries } from './english-deliveries.ts';
import { englishEndpoints } from './english-endpoints.ts';
import { englishMerchant } from './english-merchant.ts';
import { englishOperator, englishOperatorFlash } from './english-operator.ts';

/** The pages' own texts in English. Texts of components are in `view/text`. */
export const englishPages = {
  ...englishDeliveries,
  ...englishEndpoints,
  ...englishMerchant,
  logInErrors: {
    notAKey: 'This is no access key. Keys begin with tk_.',
    refused:
      'This key is unknown, revoked, expired, or no key for people. Use a key of the scope admin or merchant.',
  },
  /** What an action did. Each gets what it is about. */
  flash: {
    merchantSaved: (name: string) => `${name} is saved.`,
    endpointEnabled: (id: string) => `The endpoint ${id} gets callbacks again.`,
    endpointDisabled: (id: string) => `The endpoint ${id} gets no callbacks any more.`,
    sentAgain: (id: string) => `${id} will be sent again in a moment.`,
    acknowledged: (id: string) => `${id} is acknowledged and will not be sent again.`,
    keyRevoked: (id: string) => `The key ${id} is revoked.`,
    endpointSaved: (id: string) => `The endpoint ${id} is saved and in force.`,
    endpointDeleted: (id: string) => `The endpoint ${id} is deleted.`,
    ...englishOperatorFlash,
    manySentAgain: (count: string) => `Callbacks of ${count} transactions will be sent again in a moment.`,
  },
  ...englishOperator,
  merchants: {
    title: 'Merchants',
    lead: 'Everybody who gets callbacks.',
    search: 'Find a merchant by the beginning of its id',
    id: 'Merchant',
    name: 'Name',
    timeZone: 'Time zone',
    created: 'Created',
    empty: 'No merchant yet',
    emptyText: 'Create one below, or with POST /v1/merchants. It appears here at once.',
    create: 'Create a merchant',
    newId: 'Id',
    newIdHint: 'Up to 64 letters, digits, _ and -. It is in every path and never changes.',
    madeTitle: 'Copy the secret now',
    madeText:
      'It is shown this once. It signs answers to this merchant and callbacks to a transaction’s own address. If it is lost, rotate it.',
    madeBefore:
      'The merchant exists, and its secret was shown when it was created. If nobody kept it, rotate it.',
    secret: 'Secret',
    goOn: 'Go to the merchant',
    having: 'That have notifications in this state',
    noneAffected: 'None of these merchants',
    noneAffectedText:
      'None of the merchants of this page has such a notification. Look at the next page, if there is one.',
    examined: (count: string) => `Of ${count} merchants looked at.`,
    nothingFound: 'No merchant begins like this',
    nothingFoundText: 'Search is by the beginning of the id, and upper and lower case differ.',
    showAll: 'Show all merchants',
  },
  merchant: {
    id: 'Id',
    timeZone: 'Time zone',
    schedule: 'Schedule',
    feedShards: 'Feed shards',
    created: 'Created',
    portal: 'Portal link',
    portalText:
      'Opens this merchant’s console once, for the person who gets the link. It shows nothing of other merchants.',
    portalMake: 'Make a portal link',
    portalMade: 'Send this link to the merchant. It works once and is shown only now.',
    portalUntil: 'It works until',
    deliveries: 'Deliveries',
    endpoints: 'Endpoints',
    jobs: 'Jobs',
    openJobs: 'Running jobs',
    unresolved: (count: string) => `${count} unresolved`,
  },
  reconciliation: {
    title: 'Reconciliation',
    lead: 'Prove that both sides have the same outcomes, and find those that are missing.',
    nothingClosed: 'No window is closed yet',
    nothingClosedText:
      'Outcomes are added up in windows of time. A window closes about a minute after its end; then it appears here.',
  },
};
