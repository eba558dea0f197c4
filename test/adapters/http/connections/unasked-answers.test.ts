import { describe, expect, test } from 'vitest';
import { answer } from '../raw-receiver.ts';
import { useConnections } from './connected-receiver.ts';

const setup = useConnections();
const { face, send } = setup;

describe('an unrequested answer', () => {
  const POISON = answer(200, 'success');

  test('right behind another is not taken for the answer to the next request', async () => {
    await face({ onRequest: (socket) => socket.write(answer(500, 'no') + POISON) });
    expect(await send()).toMatchObject({ statusCode: 500 });
    expect(await send()).toMatchObject({ statusCode: 500 });
    expect(setup.receiver.sockets).toHaveLength(2);
  });

  test('on an idle connection ends it', async () => {
    await face({ onRequest: (socket) => socket.write(answer(500, 'no')) });
    expect(await send()).toMatchObject({ statusCode: 500 });
    setup.receiver.sockets[0]?.write(POISON);
    await setup.receiver.closed(0);
    expect(await send()).toMatchObject({ statusCode: 500 });
  });

  test('behind the announced end of another is not taken for one either', async () => {
    await face({
      onRequest: (socket) => socket.write(`HTTP/1.1 204 No Content\r\ncontent-length: 9\r\n\r\n${POISON}`),
    });
    expect(await send()).toMatchObject({ statusCode: 204 });
    expect(await send()).toMatchObject({ statusCode: 204 });
  });
});
