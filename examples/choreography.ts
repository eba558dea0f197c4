/**
 * Saga, choreographed: without a coordinator; each service does its part when it hears of an event of another.
 *
 * Guarantees   What was started ends, as with the orchestrated saga. In one local transaction, each service commits its
 *              change, the event that it received (inbox) and the event that it sends (outbox). Events are delivered at
 *              least once, and the inbox makes the effect happen once.
 * Does not     Isolate. It also shows nobody how far an order is: no single place has the sequence of steps. Cycles are
 *              easy to create and hard to find.
 * Choose it    For few steps between teams that do not want to share a coordinator. With about four services or more, or
 *              when somebody asks "where is my order", choose the orchestrated saga.
 * Comes from   Garcia-Molina and Salem, 1987, for compensation; outbox and inbox as in Richardson, "Microservices
 *              Patterns", and Hohpe and Woolf, "Enterprise Integration Patterns" (Idempotent Receiver).
 */

import type { Store } from './shared/item-store.ts';
import { play, type Stage } from './shared/stage.ts';
import type { Order } from './shared/tidings-calls.ts';

type Event = 'Placed' | 'Reserved' | 'Paid' | 'Refused' | 'Shipped' | 'Released';
type Handlers = Partial<Record<Event, (order: Order) => Event>>;

interface Service {
  readonly name: string;
  readonly store: Store;
  readonly handlers: Handlers;
  /** @returns the event that it sends in turn; `already` if it has handled this event before */
  on(event: Event, order: Order): string;
}

const BOXES = `
  CREATE TABLE IF NOT EXISTS inbox (id TEXT, event TEXT, PRIMARY KEY (id, event));
  CREATE TABLE IF NOT EXISTS outbox (id TEXT, event TEXT, announced INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (id, event))`;

function service(name: string, store: Store, handlers: Handlers): Service {
  store.exec(BOXES);
  return {
    name,
    store,
    handlers,
    on: (event, order) =>
      store.transaction(() => {
        const isNew = store.write('INSERT OR IGNORE INTO inbox VALUES (?, ?)', order.id, event) === 1;
        const next = isNew ? handlers[event]?.(order) : undefined;
        if (next === undefined) return 'already';
        store.write('INSERT INTO outbox (id, event) VALUES (?, ?)', order.id, next);
        return next;
      }),
  };
}

function servicesOn(stage: Stage): readonly Service[] {
  const shelf = stage.ledger('stock', { shelf: 5, reserved: 0, sold: 0 });
  const accounts = stage.ledger('bank', { alice: 10_000, shop: 0 });
  return [
    service('orders', stage.open('orders', BOXES), {}),
    service('stock', shelf.store, {
      Placed({ id }) {
        shelf.post(id, 'reserve', { shelf: -1, reserved: +1 });
        return 'Reserved';
      },
      Paid({ id }) {
        shelf.post(id, 'ship', { reserved: -1, sold: +1 });
        return 'Shipped';
      },
      Refused({ id }) {
        shelf.post(id, 'release', { reserved: -1, shelf: +1 });
        return 'Released';
      },
    }),
    service('bank', accounts.store, {
      Reserved({ id, amount }) {
        const moved = accounts.post(id, 'pay', { alice: -amount, shop: +amount });
        return moved === 'refused' ? 'Refused' : 'Paid';
      },
    }),
  ];
}

await play(['orders', 'stock', 'bank', 'Tidings'], async (stage) => {
  const services = servicesOn(stage);
  const orders = [stage.order('pay_1', 3_000), stage.order('pay_2', 8_000)];
  const tidings = stage.tidings('stock');

  // The customers place their orders. The outbox of the first service starts the saga.
  const { store } = services[0] as Service;
  const desk = stage.client('orders', 'orders', {
    place: ({ id }: Order) =>
      void store.write("INSERT OR IGNORE INTO outbox (id, event) VALUES (?, 'Placed')", id),
  });
  const isPlaced = ({ id }: Order) => store.read('SELECT 1 FROM outbox WHERE id = ?', id) !== undefined;

  /** Sends one event to all services that handle it. If this dies before the last line, all of them get it again. */
  async function relay({ name, store }: Service, { id, event }: { id: string; event: Event }): Promise<void> {
    const order = orders.find((one) => one.id === id) as Order;
    for (const other of services.filter(({ handlers }) => event in handlers)) {
      stage.client(name, other.name, other).on(event, order);
    }
    if (event === 'Shipped') await tidings.record(order, 'SUCCEEDED');
    if (event === 'Released') await tidings.record(order, 'FAILED');
    const announced = {
      announced: () =>
        void store.write('UPDATE outbox SET announced = 1 WHERE id = ? AND event = ?', id, event),
    };
    stage.client(name, name, announced).announced();
  }

  /** @returns whether there was an event to send */
  async function relayAll(): Promise<boolean> {
    const waiting = services.flatMap((one) =>
      one.store
        .list<{ id: string; event: Event }>('SELECT id, event FROM outbox WHERE announced = 0')
        .map((row) => ({ one, row })),
    );
    for (const { one, row } of waiting) await relay(one, row);
    return waiting.length > 0;
  }

  for (const order of orders) {
    if (!isPlaced(order)) desk.place(order);
    while (await relayAll());
  }
});
