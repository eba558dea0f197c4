import { ReceiverFault } from '../receiver-fault.ts';
import type { ReceiverStore } from './receiver-store.ts';

/**
 * The store as the kit calls it: every error becomes a ReceiverFault `store_unavailable`, with the error as its cause.
 * Faults pass as they are. Any store of the user is called as a method of its object.
 */
export function reportingStore<Tx>(store: ReceiverStore<Tx>): ReceiverStore<Tx> {
  return {
    apply: (...given) => reporting('apply', () => store.apply(...given)),
    find: (...given) => reporting('find', () => store.find(...given)),
    digests: (...given) => reporting('digests', () => store.digests(...given)),
    async *rows(range) {
      try {
        yield* store.rows(range);
      } catch (error) {
        throw faultOf('rows', error);
      }
    },
    mark: (...given) => reporting('mark', () => store.mark(...given)),
    setMark: (...given) => reporting('setMark', () => store.setMark(...given)),
    unacknowledged: (...given) => reporting('unacknowledged', () => store.unacknowledged(...given)),
    acknowledged: (...given) => reporting('acknowledged', () => store.acknowledged(...given)),
  };
}

type FunctionName = keyof ReceiverStore<unknown>;

async function reporting<Result>(name: FunctionName, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw faultOf(name, error);
  }
}

function faultOf(name: FunctionName, error: unknown): ReceiverFault {
  if (error instanceof ReceiverFault) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ReceiverFault('store_unavailable', `The store failed in ${name}: ${reason}`, { cause: error });
}
