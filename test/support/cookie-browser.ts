interface Seen {
  readonly status: number;
  readonly html: string;
  readonly headers: Headers;
  /** Where a redirect leads. */
  readonly location: string | undefined;
}

export type Browser = ReturnType<typeof createBrowser>;

/**
 * A browser that keeps cookies and fills in the token of forms, as real ones do, and runs no script.
 *
 * @param fetchPage answers a request, without following redirects
 * @param origin as the address line shows it
 */
export function createBrowser(fetchPage: (request: Request) => Promise<Response>, origin: string) {
  const cookies = new Map<string, string>();
  let csrf = '';

  async function send(path: string, init: RequestInit): Promise<Seen> {
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
    const response = await fetchPage(
      new Request(`${origin}${path}`, { redirect: 'manual', ...init, headers }),
    );
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const html = await response.text();
    csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? csrf;
    const location = response.headers.get('location') ?? undefined;
    return { status: response.status, html, headers: response.headers, location };
  }

  return {
    cookies,
    /** The token of the last page that had a form. */
    get csrf() {
      return csrf;
    },
    /** Asks as the script of a page does. */
    async fetch(path: string, init: RequestInit = {}): Promise<Response> {
      const headers = { origin, ...Object.fromEntries(new Headers(init.headers)) };
      const { status, html } = await send(path, { ...init, headers });
      return new Response(html, { status });
    },
    get: (path: string, headers: Readonly<Record<string, string>> = {}) => send(path, { headers }),
    /** Sends a form as the last page would. */
    submit: (
      path: string,
      fields: Readonly<Record<string, string>> = {},
      headers: Readonly<Record<string, string>> = { origin },
    ) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams({ ...(csrf !== '' && { csrf }), ...fields }).toString(),
      }),
    async logIn(key: string): Promise<Seen> {
      return this.submit('/console/log-in', { key });
    },
    /** Opens a portal link, as the script of its page does. */
    enter(url: string): Promise<Seen> {
      return this.submit('/console/enter', { token: new URL(url).hash.slice(1) });
    },
  };
}
