/**
 * Stands for `@smithy/core/event-streams` in the bundles. No operation that a function calls sends or receives a stream of
 * events, and the code for them is 15 KB of each bundle.
 */

/** S3's client calls it when it is opened. */
export const resolveEventStreamSerdeConfig = <Config>(config: Config): Config => config;

/** Only called for an operation with a stream of events. */
export function eventStreamSerdeProvider(): never {
  throw new Error('The bundles have no code for streams of events: see lib/stack/bundled.');
}

/** Only made for an operation with a stream of events. */
export class EventStreamSerde {
  constructor() {
    eventStreamSerdeProvider();
  }
}
