import { AsyncLocalStorage } from 'node:async_hooks';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { HandlerInTurns } from '../../handler-in-turns.ts';
import { withoutReports } from '../../without-reports.ts';
import { unmarshalled } from './attribute-values.ts';
import type { DocumentCommand } from './document-commands.ts';

/** Sends commands with JavaScript values, as the SDK's document client does, in three quarters of its processor time. */
export interface Documents {
  /** @param options `abortSignal` ends the request */
  send<Answer>(command: DocumentCommand<unknown, Answer>, options?: SendOptions): Promise<Answer>;
  readonly config: DynamoDBClient['config'];
  /** Middleware must be added before the first command of its kind is sent. */
  readonly middlewareStack: DynamoDBClient['middlewareStack'];
  /** Closes its connections. */
  destroy(): void;
}

interface SendOptions {
  readonly abortSignal: AbortSignal;
}

type HandlerOptions = ConstructorParameters<typeof HandlerInTurns>[0];

/**
 * Opens a client that puts the middleware of each kind of command together once. The SDK does so only for calls without
 * options: one call with an option also throws away what it kept. So the signal of a call takes another way, with its
 * asynchronous context, as the trace id does.
 */
export function openDocuments(config: DynamoDBClientConfig, handlerOptions: HandlerOptions): Documents {
  const signals = new AsyncLocalStorage<AbortSignal>();
  const handler = new SignalledHandler(signals, handlerOptions);
  const client = withoutReports(
    new DynamoDBClient({ ...config, cacheMiddleware: true, requestHandler: handler }),
  );
  return {
    config: client.config,
    middlewareStack: client.middlewareStack,
    destroy: () => client.destroy(),
    async send<Answer>(command: DocumentCommand<unknown, Answer>, options?: SendOptions) {
      const send = () => command.sendBy(client);
      const answer = await (options === undefined ? send() : signals.run(options.abortSignal, send));
      return unmarshalled<Answer>({ ...answer });
    },
  };
}

class SignalledHandler extends HandlerInTurns {
  readonly #signals: AsyncLocalStorage<AbortSignal>;

  constructor(signals: AsyncLocalStorage<AbortSignal>, options: HandlerOptions) {
    super(options);
    this.#signals = signals;
  }

  override handle(...[request, options]: Parameters<HandlerInTurns['handle']>) {
    const abortSignal = this.#signals.getStore();
    return super.handle(request, abortSignal === undefined ? options : { ...options, abortSignal });
  }
}
