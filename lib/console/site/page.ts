import type { Child } from 'hono/jsx';
import type { Session } from '../../core/merchants/sessions/session.ts';
import type { ConsoleApi } from '../asking/console-api.ts';
import type { PageText } from '../texts/texts.ts';
import type { MerchantPage, OperatorPage } from '../view/page/navigation.tsx';
import type { Ui } from '../view/ui.ts';
import type { PageScripts } from './http/assets.ts';
import type { FlashName } from './http/flash-cookie.ts';

/**
 * What the console is made of: pages that show something, and actions that change something. Each says who may use it. The
 * site checks that before anything of the page runs, so a page cannot forget it.
 */

/**
 * `operator`: sessions for all merchants. `merchant`: sessions of the merchant that the path names as `{merchantId}`, and
 * operators. Everybody else gets the answer for a page that does not exist.
 */
export type Who = 'operator' | 'merchant';

/** The names of a path's parameters. */
type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
type ParamsOf<Path extends string> = Readonly<Record<NamesIn<Path>, string>>;

/** A request for a page, by a session that may see it. */
export interface Visit<Path extends string = string> {
  readonly session: Session;
  readonly api: ConsoleApi;
  readonly params: ParamsOf<Path>;
  /** A parameter of the query; undefined if it is absent or empty. */
  readonly query: (name: string) => string | undefined;
  readonly ui: Ui;
  readonly text: PageText;
  /** The address of this page, with its query. */
  readonly here: string;
}

/** What a page's view needs beside its data. */
export interface Frame {
  readonly ui: Ui;
  readonly text: PageText;
  readonly session: Session;
  /** For forms: the session's token against forged requests. */
  readonly csrf: string;
  readonly here: string;
  /** Scripts that single pages load. */
  readonly scripts: PageScripts;
}

/** Where a page stands in the navigation. */
export interface Place {
  /** The item of the navigation that is marked. */
  readonly current?: OperatorPage | MerchantPage;
  /** The merchant whose page it is, with its name as far as the page knows it. */
  readonly merchant?: { readonly id: string; readonly name?: string };
}

/** A page that is ready to be put into the shell. */
export interface Shown {
  readonly title: string;
  readonly place: Place;
  /** Default: 200. */
  readonly status?: number;
  body(frame: Frame): Child;
}

export interface Page {
  /** Below `/console`, with parameters in braces: `/merchants/{merchantId}`. */
  readonly path: string;
  readonly who: Who;
  show(visit: Visit): Promise<Shown>;
}

export interface PageDefinition<Path extends string, Props> {
  readonly path: Path;
  readonly who: Who;
  /** Asks the API for what the page shows. */
  load(visit: Visit<Path>): Promise<Props>;
  title(text: PageText, props: Props): string;
  place(props: Props, params: ParamsOf<Path>): Place;
  /** Pure: props to HTML. */
  view(props: Props, frame: Frame): Child;
}

/** Defines a page. */
export function page<const Path extends string, Props>(definition: PageDefinition<Path, Props>): Page {
  const { path, who } = definition;
  assertNamesMerchant(path, who);
  return {
    path,
    who,
    async show(visit) {
      const own = visit as Visit<Path>;
      const props = await definition.load(own);
      return {
        title: definition.title(visit.text, props),
        place: definition.place(props, own.params),
        body: (frame) => definition.view(props, frame),
      };
    },
  };
}

/** A form that was sent, by a session that may send it. */
export interface Submission<Path extends string = string> extends Visit<Path> {
  /** A field of the form, without spaces around it; undefined if it is absent or empty. */
  readonly field: (name: string) => string | undefined;
  /** All values of a field that may be sent several times. */
  readonly fields: (name: string) => readonly string[];
}

/** What comes after an action. Secrets that are shown once are `shown`, because an address must not hold them. */
export type Performed =
  | { readonly kind: 'redirect'; readonly to: string; readonly flash?: FlashName; readonly about?: string }
  | { readonly kind: 'shown'; readonly shown: Shown };

export interface Action {
  readonly path: string;
  readonly who: Who;
  perform(submission: Submission): Promise<Performed>;
}

export interface ActionDefinition<Path extends string> {
  readonly path: Path;
  readonly who: Who;
  perform(submission: Submission<Path>): Promise<Performed>;
}

/** Defines an action: a POST. Every form that leads to it carries the session's token, which the site checks. */
export function action<const Path extends string>(definition: ActionDefinition<Path>): Action {
  assertNamesMerchant(definition.path, definition.who);
  return definition as Action;
}

/** A question of a page's script, by a session that may ask it. The answer is JSON. */
interface Question<Path extends string = string> extends Visit<Path> {
  /** The JSON body of a POST. The API checks it. */
  readonly body: unknown;
}

/** Answers a page's script. Nothing is changed by it. */
export interface Resource {
  readonly path: string;
  readonly who: Who;
  readonly method: 'get' | 'post';
  answer(question: Question): Promise<unknown>;
}

export interface ResourceDefinition<Path extends string> {
  readonly path: Path;
  readonly who: Who;
  readonly method: Resource['method'];
  answer(question: Question<Path>): Promise<unknown>;
}

/** Defines a resource. */
export function resource<const Path extends string>(definition: ResourceDefinition<Path>): Resource {
  assertNamesMerchant(definition.path, definition.who);
  return definition as Resource;
}

/** Without a merchant in the path, nobody could check whose page it is. */
function assertNamesMerchant(path: string, who: Who): void {
  if (who === 'merchant' && !path.includes('/{merchantId}')) {
    throw new Error(`${path} is for merchants and must name one.`);
  }
}
