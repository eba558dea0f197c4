import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync } from 'node:zlib';
import type { Child } from 'hono/jsx';
import { THEMES, type Theme } from '../../../lib/console/view/page/document.tsx';
import { LANGUAGES, type Language } from '../../../lib/console/view/text/translated.ts';
import { uiOf } from '../../../lib/console/view/ui.ts';
import { packConsoleAssets } from '../../../lib/stack/bundling/console-assets.ts';
import type { Scene } from './frames.tsx';
import { NOW } from './made-up.ts';
import {
  AcknowledgedScene,
  DeliveriesScene,
  DeliveryScene,
  EndpointsScene,
  ReconciliationScene,
  TimelinesScene,
} from './merchant-scenes.tsx';
import { NothingYetScene, OverviewScene } from './operator-scenes.tsx';
import { ErrorScene, LogInScene, PortalScene } from './plain-scenes.tsx';

/** A page for every component, with made-up data. It is served under the policy that the console is served under. */

export const SCENES: Readonly<Record<string, (scene: Scene) => Child>> = {
  overview: OverviewScene,
  'nothing-yet': NothingYetScene,
  deliveries: DeliveriesScene,
  delivery: DeliveryScene,
  'first-try': TimelinesScene,
  acknowledged: AcknowledgedScene,
  endpoints: EndpointsScene,
  reconciliation: ReconciliationScene,
  'log-in': LogInScene,
  portal: PortalScene,
  error: ErrorScene,
};

const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'";

export interface Catalogue extends AsyncDisposable {
  /** The address of a scene. */
  addressOf(scene: string, options?: SceneOptions): string;
  readonly origin: string;
}

interface SceneOptions {
  readonly language?: Language;
  readonly theme?: Theme;
}

export async function startCatalogue(): Promise<Catalogue> {
  const { stylesheet, script, reconciliation, ledgerWorker } = packConsoleAssets().assets;
  const unpacked = ({ packed }: typeof script) => brotliDecompressSync(Buffer.from(packed, 'base64'));
  const files: Readonly<Record<string, readonly [type: string, body: Buffer]>> = {
    '/console.css': ['text/css', unpacked(stylesheet)],
    '/console.js': ['text/javascript', unpacked(script)],
    '/reconciliation.js': ['text/javascript', unpacked(reconciliation)],
    '/worker.js': ['text/javascript', unpacked(ledgerWorker)],
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://catalogue.invalid');
    const file = files[pathname];
    if (file !== undefined) return answer(response, ...file);
    const scene = SCENES[pathname.slice(1)];
    if (scene === undefined) {
      response.statusCode = 404;
      return answer(response, 'text/plain', 'no such scene');
    }
    const language = LANGUAGES.find((name) => name === searchParams.get('language')) ?? 'en';
    const theme = THEMES.find((name) => name === searchParams.get('theme')) ?? 'system';
    const assets = { stylesheet: '/console.css', script: '/console.js' };
    answer(
      response,
      'text/html; charset=utf-8',
      String(scene({ ui: uiOf(language, NOW), assets, theme, nonce: 'none' })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    addressOf: (scene, options = {}) => `${origin}/${scene}?${new URLSearchParams({ ...options })}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, type: string, body: string | Buffer): void {
  response.setHeader('content-type', type);
  response.setHeader('content-security-policy', POLICY);
  response.end(body);
}
