import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sampleAnswer } from './sample-answers.ts';

/** A service that behaves as the first part of the path says. Nobody can ask a real one for all of these. */
export type Behaviour = 'answers' | 'silent' | 'wrong-key' | 'other-scope' | 'broken';

export interface StandInService {
  api(behaviour: Behaviour): string;
  /** Resolves when a request of this client has come. The client says its name as its key: `tk_<name>_…` */
  asked(name: string): Promise<void>;
  stop(): void;
}

const PROBLEMS = {
  'wrong-key': [401, 'invalid_key'],
  'other-scope': [403, 'insufficient_scope'],
} as const;

export async function startStandIn(): Promise<StandInService> {
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const ofClient = (name: string) => {
    const found = waiting.get(name) ?? Promise.withResolvers<void>();
    waiting.set(name, found);
    return found;
  };
  const server = createServer((request, response) => {
    const [, name = ''] = /tk_([A-Za-z0-9]+)_/.exec(request.headers.authorization ?? '') ?? [];
    ofClient(name).resolve();
    const [, behaviour = '', path = ''] = /^\/([a-z-]+)(\/[^?]*)/.exec(request.url ?? '') ?? [];
    request.resume();
    if (behaviour === 'silent') return;
    if (behaviour === 'broken') response.writeHead(500, { 'content-type': 'text/html' }).end('<html>');
    else if (behaviour === 'answers') answer(response, request.method ?? '', path);
    else {
      const [status, code] = PROBLEMS[behaviour as keyof typeof PROBLEMS];
      const type = { 'content-type': 'application/problem+json' };
      response.writeHead(status, type).end(JSON.stringify({ status, code, title: code }));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    api: (behaviour) => `http://127.0.0.1:${port}/${behaviour}`,
    asked: (name) => ofClient(name).promise,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, method: string, path: string): void {
  const content =
    path === '/v1/whoami'
      ? { scope: 'merchant', merchantId: 'shop', keyId: 'k' }
      : sampleAnswer(method, path);
  if (content === undefined) response.writeHead(204).end();
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(content));
}
