import type { Child } from 'hono/jsx';
import type { Session } from '../../core/merchants/sessions/session.ts';
import { printable } from '../../printable.ts';
import { LinkButton } from '../view/controls/button.tsx';
import type { Assets } from '../view/page/document.tsx';
import { type ErrorKind, ErrorMessage } from '../view/page/error-page.tsx';
import type { Flash } from '../view/page/flash.tsx';
import {
  type MerchantPage,
  merchantNavigation,
  type OperatorPage,
  operatorNavigation,
} from '../view/page/navigation.tsx';
import { PlainPage } from '../view/page/plain-page.tsx';
import { Shell } from '../view/page/shell.tsx';
import { assetHref, assetText, type PackedAssets } from './http/assets.ts';
import { keepLoadedStyles, loadedStyles } from './http/cookies.ts';
import type { Place } from './page.ts';
import { homeOf, hrefOf } from './paths.ts';
import type { RequestContext } from './request-context.ts';

/** Puts contents into the frame of the console. Titles and names may be what others wrote. */

/** The path of each item of the navigation. An item without one has no page yet. */
const OPERATOR_PATHS: Readonly<Record<OperatorPage, string>> = {
  overview: '/overview',
  merchants: '/merchants',
  unresolved: '/unresolved',
  deadLetters: '/dead-letters',
  parked: '/parked',
  jobs: '/jobs',
  auditLog: '/audit-log',
};
const MERCHANT_PATHS: Readonly<Record<MerchantPage, string>> = {
  deliveries: '/merchants/{merchantId}/deliveries',
  endpoints: '/merchants/{merchantId}/endpoints',
  reconciliation: '/merchants/{merchantId}/reconciliation',
  statements: '/merchants/{merchantId}/statements',
  jobs: '/merchants/{merchantId}/jobs',
  catalogue: '/merchants/{merchantId}/catalogue',
  alerts: '/merchants/{merchantId}/alerts',
  keys: '/merchants/{merchantId}/keys',
};

export const LOG_OUT = '/log-out';
export const PREFERENCES = '/preferences';

/** What a page of a session is put into. */
export interface Framing {
  readonly request: RequestContext;
  readonly assets: PackedAssets;
  readonly session: Session;
  readonly csrf: string;
  /** The paths of all pages, so that the navigation leads nowhere else. */
  readonly paths: ReadonlySet<string>;
  readonly flashes: readonly Flash[];
}

interface Framed {
  readonly title: string;
  readonly place: Place;
  readonly children: Child;
}

export function inShell(framing: Framing, { title, place, children }: Framed) {
  const { request, session, assets } = framing;
  const merchantId = session.merchantId ?? place.merchant?.id;
  const merchant =
    merchantId === undefined
      ? undefined
      : { id: merchantId, name: printable(place.merchant?.name ?? merchantId) };
  return (
    <Shell
      ui={request.ui}
      assets={assetsFor(request, assets)}
      theme={request.theme}
      nonce={request.nonce}
      title={printable(title)}
      account={{
        kind: session.scope === 'admin' ? 'operator' : 'merchant',
        ...(session.isByLink ? {} : { keyId: session.keyId }),
        csrf: framing.csrf,
        logOutAction: hrefOf(LOG_OUT),
        preferencesAction: hrefOf(PREFERENCES),
        here: request.here,
      }}
      navigation={navigationOf(framing, place, merchantId)}
      homeHref={homeOf(session)}
      {...(merchant && {
        merchant: {
          ...merchant,
          ...(session.scope === 'admin' && { backHref: hrefOf(OPERATOR_PATHS.merchants) }),
        },
      })}
      flashes={framing.flashes}
      isLocal={!request.isSecure}
    >
      {children}
    </Shell>
  );
}

function navigationOf({ request, paths }: Framing, { current }: Place, merchantId: string | undefined) {
  const { ui } = request;
  if (merchantId === undefined) {
    return operatorNavigation({
      ui,
      current: current !== undefined && current in OPERATOR_PATHS ? (current as OperatorPage) : undefined,
      has: (name) => paths.has(OPERATOR_PATHS[name]),
      hrefOf: (name) => hrefOf(OPERATOR_PATHS[name]),
    });
  }
  return merchantNavigation({
    ui,
    current: current !== undefined && current in MERCHANT_PATHS ? (current as MerchantPage) : undefined,
    has: (name) => paths.has(MERCHANT_PATHS[name]),
    hrefOf: (name) => hrefOf(MERCHANT_PATHS[name], { merchantId }),
  });
}

/** A browser that comes for the first time gets the styles with the page, and the file for its next page. */
function assetsFor({ c, isSecure }: RequestContext, { stylesheet, script }: PackedAssets): Assets {
  const isLoaded = loadedStyles(c) === stylesheet.hash;
  if (!isLoaded) keepLoadedStyles(c, isSecure, stylesheet.hash);
  return {
    stylesheet: assetHref(stylesheet),
    script: assetHref(script),
    ...(!isLoaded && { inlineStyles: assetText(stylesheet) }),
  };
}

/** A page without a session. */
export function inPlainPage(
  request: RequestContext,
  assets: PackedAssets,
  { title, children }: Omit<Framed, 'place'>,
) {
  return (
    <PlainPage
      ui={request.ui}
      assets={assetsFor(request, assets)}
      theme={request.theme}
      nonce={request.nonce}
      title={printable(title)}
      preferences={{ action: hrefOf(PREFERENCES), here: request.here }}
    >
      {children}
    </PlainPage>
  );
}

export interface Failure {
  readonly kind: ErrorKind;
  readonly status: number;
  readonly code?: string;
  /** A button that asks for the same page again. */
  readonly mayRetry?: boolean;
}

export function failureMessage(request: RequestContext, failure: Failure, homeHref: string) {
  const { kind, status, code, mayRetry = false } = failure;
  const { ui, here } = request;
  return (
    <ErrorMessage
      ui={ui}
      kind={kind}
      status={status}
      homeHref={homeHref}
      {...(code !== undefined && { code })}
      {...(mayRetry &&
        request.c.req.method === 'GET' && {
          actions: <LinkButton href={here}>{ui.text.errors.retry}</LinkButton>,
        })}
    />
  );
}
