import { type HttpApp, serveEvents } from '../../lib/api/http/http-event.ts';

/** Serves an app behind the HTTP API, which passes paths already decoded. */
export const serveHttp = (app: HttpApp) => serveEvents(app, 'decoded');
