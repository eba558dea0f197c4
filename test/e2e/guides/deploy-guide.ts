import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { journey, type Stage } from '../../support/running/npm-start-stage.ts';
import { openOperatorShell } from '../../support/running/operator-shell.ts';

const guide = readFileSync(new URL('../../../docs/deploy.md', import.meta.url), 'utf8');
const [block = ''] =
  (guide.split('## The first callback')[1] ?? '').match(/(?<=^```sh\n)[\s\S]*?(?=^```$)/m) ?? [];

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function deployGuide(stage: Stage): void {
  journey('the first callback of docs/deploy.md', () => {
    const shell = openOperatorShell();
    const received: Received[] = [];
    let receiver: Server;

    beforeAll(async () => {
      receiver = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks).toString('utf8');
        received.push({ headers: request.headers as Record<string, string>, body });
        response.writeHead(204).end();
      });
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    });
    afterAll(async () => {
      receiver.closeAllConnections();
      receiver.close();
    });

    it('arrives when its block is typed, signed with the secret that the block was given', async () => {
      const { port } = receiver.address() as AddressInfo;
      const here = block
        .replace('--outputs tidings.outputs.json', `--data-dir ${stage.dataDir}`)
        .replace(/^HOOK=.*$/m, `HOOK=http://127.0.0.1:${port}/hooks`);
      expect(here).not.toBe(block);
      const { status, said } = await shell.type(
        `${here}\necho "$ENDPOINT_SECRET $RECEIVER_KEY $INITIATOR_KEY $KEY"`,
      );
      expect([status, said]).toEqual([0, said]);
      const [secret = '', receiverKey = '', ...otherKeys] = said.trim().split('\n').at(-1)?.split(' ') ?? [];
      for (const key of [receiverKey, ...otherKeys]) expect(key).toMatch(/^tk_/);

      const state = async () =>
        (await stage.service.api(receiverKey, 'GET /v1/transactions/pay_1')).json.notifications?.[0]?.state;
      await eventually(state, (now) => expect(now).toBe('delivered'));
      const types = received.map(({ headers, body }) => {
        new Webhook(secret).verify(body, headers);
        return JSON.parse(body).type;
      });
      expect(types).toEqual(['tidings.test', 'payment.succeeded']);
    });
  });
}
