import { englishOperator, englishOperatorFlash } from './english-operator.ts';

/** The pages' own texts in English. Texts of components are in `view/text`. */
export const englishPages = {
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
    emptyText: 'Create one with POST /v1/merchants. It appears here at once.',
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
  deliveries: {
    title: 'Deliveries',
    lead: 'Outcomes with their notifications, the oldest first.',
    search: 'Find by order number',
    state: 'State',
    transaction: 'Transaction',
    type: 'Outcome',
    amount: 'Amount',
    listed: 'Listed',
    empty: 'Nothing was recorded yet',
    emptyText: 'When an initiator records how a transaction ended, it appears here within half a minute.',
    nothingFound: 'Nothing was found',
    nothingFoundText:
      'No delivery has this state or order number. Order numbers are compared as they are written.',
    showAll: 'Show all',
  },
  transaction: {
    id: 'Transaction',
    reference: 'Order number',
    type: 'Type',
    amount: 'Amount',
    occurred: 'Occurred',
    recorded: 'Recorded',
    sendAgain: 'Send again',
    noNotifications: 'Nobody is told about this',
    stillPending: 'It has not ended yet. Endpoints are told how it ended, once.',
    noEndpoint: 'No endpoint wanted this outcome when it was listed.',
  },
  endpoints: {
    title: 'Endpoints',
    lead: 'Where callbacks are sent.',
    disable: 'Disable',
    enable: 'Enable',
    disableTitle: 'Disable this endpoint?',
    disableText:
      'It gets no callbacks from now on, and its open notifications become blocked. Outcomes that are listed meanwhile are not sent to it later unless you replay them.',
    empty: 'No endpoint yet',
    emptyText:
      'Create one with POST /v1/merchants/{merchantId}/endpoints. Callbacks are sent to it from then on.',
  },
};
