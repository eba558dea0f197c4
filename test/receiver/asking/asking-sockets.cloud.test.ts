import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { useServer } from '../../support/running/listening.ts';
import { asking } from './asking-receiver.ts';

describe('a question', () => {
  describe('over real sockets', () => {
    const listen = useServer();

    it.each([
      ['answers never', () => undefined],
      [
        'ends its answer never',
        (_request: unknown, response: Parameters<RequestListener>[1]) => {
          response.writeHead(200).write('{');
        },
      ],
      ['hangs up', (request: Parameters<RequestListener>[0]) => void request.socket.destroy()],
    ])('to a service that %s ends as unanswered', async (_how, listener) => {
      const url = await listen(listener);
      const { receiver } = asking(fetch, { url, timeoutMs: 50, tries: 2, fetch: undefined });
      await expect(receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({
        code: 'service_unavailable',
      });
    });

    it('carries its key to no other host by a redirect', async () => {
      const asked: (string | undefined)[] = [];
      const url = await listen((request, response) => {
        asked.push(request.headers.authorization);
        response.writeHead(302, { location: '/elsewhere' }).end();
      });
      const { receiver } = asking(fetch, { url, tries: 1, fetch: undefined });
      await expect(receiver.due({ transactionId: 'pay_1' })).rejects.toMatchObject({
        code: 'service_unavailable',
      });
      expect(asked).toEqual(['Bearer tk_a_b']);
    });
  });
});
