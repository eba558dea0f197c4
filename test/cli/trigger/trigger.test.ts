import type { RequestListener } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { useServer } from '../../support/running/listening.ts';
import { ran } from '../receivers/examine-here.ts';
import { type Faults, handmadeReceiver, rightReceiver, SECRET } from '../receivers/receivers-to-examine.ts';

const startServer = useServer(afterAll);

function counter(): () => number {
  let count = 0;
  return () => {
    count += 1;
    return count;
  };
}

const EVERYTHING = ['--times', '3', '--late', '10m', '--reorder', '--forge'];

/** @param isSeen whether the page of orders is given */
async function played(
  receiver: RequestListener,
  {
    words = EVERYTHING,
    isSeen = true,
  }: { readonly words?: readonly string[]; readonly isSeen?: boolean } = {},
) {
  const url = await startServer(receiver);
  const observe = isSeen ? ['--observe', `${url}orders/{transactionId}`, '--wait', '200ms'] : [];
  return ran(['trigger', 'payment.succeeded', '--forward-to', `${url}hook`, ...words, ...observe]);
}

describe.concurrent('a right receiver', () => {
  it('built on the kit has no fault, and nothing about it is unknown', async () => {
    const { status, checks } = await played(rightReceiver());
    expect(checks).toEqual({
      valid: 'right',
      duplicate: 'right',
      applied_once: 'right',
      late: 'right',
      reorder: 'right',
      wrong_signature: 'right',
      changed_body: 'right',
      no_signature: 'right',
    });
    expect(status).toBe(0);
  });

  it('whose orders are not shown has no fault, and what it applied is unknown', async () => {
    const { status, checks } = await played(rightReceiver(), { isSeen: false });
    expect(checks).toMatchObject({ valid: 'right', applied_once: 'unknown', reorder: 'unknown' });
    expect(status).toBe(0);
  });

  it('that applies after it answered has none', async () => {
    const { status, faults } = await played(handmadeReceiver({ appliesLater: true }));
    expect({ status, faults }).toEqual({ status: 0, faults: [] });
  });

  it('that answers 409 to an older version says by that that it did not apply it', async () => {
    const { checks } = await played(handmadeReceiver({ refusesOlder: true }), { isSeen: false });
    expect(checks).toMatchObject({ reorder: 'right' });
  });

  it('accepts a callback that is two minutes late', async () => {
    const { checks } = await played(rightReceiver(), { words: ['--late', '2m'] });
    expect(checks).toEqual({ valid: 'right', late: 'right' });
  });
});

describe.concurrent('a fault is named, and no other', () => {
  it.each<[string, Faults, readonly string[]]>([
    ['forgeries are accepted', { acceptsForgeries: true }, ['old_accepted', 'forgery_accepted']],
    ['what is not signed is accepted', { acceptsUnsigned: true }, ['forgery_accepted']],
    ['forgeries are refused, but applied', { appliesForgeries: true }, ['old_accepted', 'forgery_accepted']],
    ['old signatures are accepted', { acceptsOld: true }, ['old_accepted']],
    ['all is refused', { refusesAll: 401 }, ['valid_refused']],
    ['all fails', { refusesAll: 500 }, ['valid_refused']],
    ['duplicates are refused', { refusesDuplicates: true }, ['duplicate_refused']],
    ['duplicates are applied', { appliesTwice: true }, ['applied_twice']],
    ['an older version wins', { olderWins: true }, ['older_won']],
    [
      'bodies are parsed before they are verified',
      { parsesFirst: (value) => JSON.stringify(value, null, 1) },
      ['valid_refused'],
    ],
  ])('%s', async (_, faults, expected) => {
    const result = await played(handmadeReceiver(faults));
    expect(result.faults).toEqual(expected);
    expect(result.status).toBe(1);
  });

  it('a callback that is two minutes late is refused', async () => {
    const { faults } = await played(handmadeReceiver({ refusesLate: true }), { words: ['--late', '2m'] });
    expect(faults).toEqual(['late_refused']);
  });

  it.each<[Faults]>([[{ appliesTwice: true }], [{ olderWins: true }]])(
    'and is unknown where it cannot be seen: %j',
    async (faults) => {
      const result = await played(handmadeReceiver(faults), { isSeen: false });
      expect(result.faults).toEqual([]);
      expect(result.checks).toMatchObject({ applied_once: 'unknown', reorder: 'unknown' });
    },
  );
});

it('does not call refusals right of a receiver that refuses everything', async () => {
  const { checks } = await played(handmadeReceiver({ refusesAll: 401 }), {
    words: ['--forge', '--late', '10m'],
  });
  expect(checks).toMatchObject({ late: 'unknown', wrong_signature: 'unknown', no_signature: 'unknown' });
});

it('shows both answers if a copy is answered otherwise', async () => {
  const next = counter();
  const receiver = handmadeReceiver({ answer: (response) => response.end(`number ${next()}`) });
  const { stdout } = await played(receiver, { words: ['--times', '2'], isSeen: false });
  expect(stdout).toContain('200 number 1, then 200 number 2');
});

it('does not conclude anything from a page that changes by itself, or that does not change', async () => {
  const url = await startServer(handmadeReceiver());
  const next = counter();
  const clock = await startServer((_, response) => response.end(String(next())));
  const words = [
    'trigger',
    'payment.succeeded',
    '--forward-to',
    `${url}hook`,
    '--times',
    '2',
    '--wait',
    '100ms',
  ];
  for (const page of [`${clock}{transactionId}`, `${url}orders/nothing`]) {
    expect((await ran([...words, '--observe', page])).checks).toMatchObject({ applied_once: 'unknown' });
  }
});

it('says that a lost callback of a made-up transaction cannot be found', async () => {
  const { checks, stdout } = await played(rightReceiver(), { words: ['--drop', '2'] });
  expect(checks).toEqual({ valid: 'right', lost: 'unknown' });
  expect(stdout.match(/"dropped"/g)).toHaveLength(2);
});

describe.concurrent('a transaction of the service', () => {
  const transaction = {
    merchantId: 'demo',
    transactionId: 'pay_1',
    version: 1,
    transactionType: 'payment',
    status: 'SUCCEEDED',
    amount: 5,
    currency: 'EUR',
    occurredAt: '2026-11-20T08:00:00.000Z',
    recordedAt: '2026-11-20T08:00:01.000Z',
    listedAt: '2026-11-20T08:00:02.000Z',
    metadata: { note: '支付' },
  };
  const service: RequestListener = (request, response) => {
    response.setHeader('content-type', 'application/json');
    const isAsked = request.url === '/v1/transactions/pay_1';
    response.end(JSON.stringify(isAsked ? transaction : { scope: 'receiver', merchantId: 'demo' }));
  };
  const lose = async (receiver: string, within: string) => {
    const words = [
      'trigger',
      'payment.succeeded',
      '--forward-to',
      `${receiver}hook`,
      '--transaction',
      'pay_1',
    ];
    const env = { TIDINGS_API: await startServer(service), TIDINGS_KEY: 'tk_a_b' };
    return ran(
      [
        ...words,
        '--drop',
        '1',
        '--observe',
        `${receiver}orders/{transactionId}`,
        '--find-within',
        within,
        '--wait',
        '100ms',
      ],
      { ...env, TIDINGS_LISTEN_SECRET: SECRET },
    );
  };

  it('that is dropped must be found', async () => {
    const { faults } = await lose(await startServer(rightReceiver()), '300ms');
    expect(faults).toEqual(['lost_for_good']);
  });

  it('that the receiver finds is no fault', async () => {
    let looks = 0;
    const right = rightReceiver();
    const url = await startServer((request, response) => {
      if (request.url !== '/orders/pay_1') return right(request, response);
      looks += 1;
      response.writeHead(looks > 2 ? 200 : 404).end();
    });
    const { checks, status } = await lose(url, '10m');
    expect(checks).toMatchObject({ lost: 'right' });
    expect(status).toBe(0);
  });
});

describe('a wrong command line', () => {
  it.each([
    [['payment.pending', '--forward-to', 'http://127.0.0.1:1/']],
    [['payment.succeeded']],
    [['payment.succeeded', '--forward-to', 'localhost:3000']],
    [['payment.succeeded', '--forward-to', 'http://127.0.0.1:1/', '--times', '0']],
    [['payment.succeeded', '--forward-to', 'http://127.0.0.1:1/', '--late', 'soon']],
    [['payment.succeeded', '--forward-to', 'http://127.0.0.1:1/', '--currency', 'euro']],
    [['payment.succeeded', '--forward-to', 'http://127.0.0.1:1/', '--observe', 'orders']],
  ])('is refused with status 2: %j', async (words) => {
    expect((await ran(['trigger', ...words])).status).toBe(2);
  });

  it('that drops one transaction of the service several times is refused', async () => {
    const words = ['trigger', 'payment.succeeded', '--forward-to', 'http://127.0.0.1:1/'];
    const { status, stderr } = await ran([...words, '--transaction', 'pay_1', '--drop', '2']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('--drop can only be 1')]);
  });

  it.each([[{}], [{ TIDINGS_LISTEN_SECRET: 'secret' }]])(
    'as is a missing or malformed secret: %j',
    async (env) => {
      const words = ['trigger', 'payment.succeeded', '--forward-to', 'http://127.0.0.1:1/'];
      expect((await ran(words, env)).status).toBe(2);
    },
  );

  it('a receiver that does not run is status 3', async () => {
    const result = await ran(['trigger', 'payment.succeeded', '--forward-to', 'http://127.0.0.1:1/']);
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('receiver_unreachable');
  });
});
