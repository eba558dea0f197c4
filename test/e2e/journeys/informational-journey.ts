import { expect, it } from 'vitest';
import { expectStatus } from '../../../lib/local/api-client.ts';
import { answer, startReceiver } from '../../adapters/http/raw-receiver.ts';
import { eventually } from '../../support/eventually.ts';
import { journey, type Stage } from '../../support/running/npm-start-stage.ts';
import { payment } from '../../support/world.ts';

const INFORMATIONAL = (status: number) => `HTTP/1.1 ${status} Unasked\r\n\r\n`;

interface Ended {
  readonly state: string;
  readonly attempts: readonly object[];
}

export function informationalJourney(stage: Stage): void {
  journey('a receiver that says something before its answer', () => {
    it.for<readonly [string, string, readonly number[], Ended]>([
      ['100 Continue', 'informed_1', [100], { state: 'delivered', attempts: [{ statusCode: 200 }] }],
      ['103 Early Hints', 'informed_2', [103], { state: 'delivered', attempts: [{ statusCode: 200 }] }],
      [
        'nine times 102 Processing',
        'informed_3',
        Array<number>(9).fill(102),
        { state: 'exhausted', attempts: [{ error: 'invalid_response' }, { error: 'invalid_response' }] },
      ],
    ])(
      'such as %s is told, or given up, by callbacks and test requests alike',
      async ([, id, before, end], { onTestFinished }) => {
        const receiver = await startReceiver({
          onRequest: (socket) => socket.write(before.map(INFORMATIONAL).join('') + answer(200, 'ok')),
        });
        onTestFinished(() => receiver.stop());
        const { api, credentials } = stage.service;
        const { adminKey, initiatorKey } = credentials;
        const settings = { merchantId: id, name: id, schedule: [1] };
        expectStatus(await api(adminKey, 'POST /v1/merchants', settings), 201);
        const path = `/v1/merchants/${id}`;
        const made = await api(adminKey, `POST ${path}/endpoints`, { url: receiver.url });
        const { endpointId } = expectStatus(made, 201).json;
        const tested = await api(adminKey, `POST ${path}/endpoints/${endpointId}/test`);
        expect(tested).toMatchObject({ status: 200, json: end.attempts[0] });

        const key = expectStatus(await api(adminKey, `POST ${path}/keys`, { scope: 'receiver' }), 201).json
          .key;
        expectStatus(await api(initiatorKey, `PUT ${path}/transactions/pay_1`, payment()), 200, 201);
        const notification = await eventually(
          async () => (await api(key, 'GET /v1/transactions/pay_1')).json.notifications[0],
          ({ state }) => expect(state).not.toBeOneOf(['pending', 'retrying']),
        );
        expect(notification).toMatchObject(end);
      },
    );
  });
}
