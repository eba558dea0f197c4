import type { Context } from 'hono';
import { type AppEnv, contentOf } from '../../api/http/http-event.ts';
import { publicOrigin } from '../../api/http/public-origin.ts';
import { isoTime } from '../../core/time.ts';
import type { PageText } from '../texts/texts.ts';
import { pageTextOf } from '../texts/texts.ts';
import type { Theme } from '../view/page/document.tsx';
import { type Ui, uiOf } from '../view/ui.ts';
import { preferences } from './http/cookies.ts';
import { isFromOwnPage } from './http/csrf.ts';
import { ownAddress, ROOT } from './paths.ts';
import type { SitePorts } from './site-ports.ts';

/** What the site knows of a request before it knows the session. */
export interface RequestContext {
  readonly c: Context<AppEnv>;
  readonly ui: Ui;
  readonly text: PageText;
  readonly theme: Theme;
  /** The address of the console as the browser sees it: `https://api.example.com`. */
  readonly origin: string;
  readonly isSecure: boolean;
  /** For the scripts of this page. */
  readonly nonce: string;
  /** Path and query. */
  readonly here: string;
}

const NONCE_BYTES = 16;

export function readContext(ports: SitePorts, c: Context<AppEnv>): RequestContext {
  const origin = ports.publicUrl ?? publicOrigin(c.req.url, (name) => c.req.header(name));
  const { language, theme } = preferences(c);
  const { pathname, search } = new URL(c.req.url);
  return {
    c,
    ui: uiOf(language, isoTime(ports.clock.now())),
    text: pageTextOf(language),
    theme,
    origin,
    isSecure: origin.startsWith('https:'),
    nonce: Buffer.from(ports.random.bytes(NONCE_BYTES)).toString('base64'),
    here: ownAddress(`${pathname}${search}`) ?? ROOT,
  };
}

/** Whether a form was sent by a page of this console. */
export function isOwnForm({ c, origin }: RequestContext): boolean {
  return isFromOwnPage({ site: c.req.header('sec-fetch-site'), origin: c.req.header('origin'), own: origin });
}

/** The bytes of a form. Every field of the console is short. */
const MAX_FORM_BYTES = 64 * 1024;

/** The fields of a form. Undefined if it is none, or too large. */
export async function readForm({ c }: RequestContext): Promise<URLSearchParams | undefined> {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return undefined;
  const bytes = await contentOf(c);
  if (bytes.byteLength > MAX_FORM_BYTES) return undefined;
  return new URLSearchParams(Buffer.from(bytes).toString('utf8'));
}

/** The bytes of a question in JSON: as many as the API takes. */
const MAX_JSON_BYTES = 1024 * 1024;

/** The JSON body of a script's question. Undefined if it is none, or too large: the API refuses that. */
export async function readJson({ c }: RequestContext): Promise<unknown> {
  const bytes = await contentOf(c);
  if (bytes.byteLength > MAX_JSON_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

export function fieldOf(form: URLSearchParams, name: string): string | undefined {
  return form.get(name)?.trim() || undefined;
}
