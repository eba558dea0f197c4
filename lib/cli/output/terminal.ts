/** The streams of a command. */
export interface Terminal {
  readonly stdin: AsyncIterable<Buffer | string> & { readonly isTTY?: boolean };
  readonly stdout: Stream;
  readonly stderr: Stream;
  /** Whether text for people may be coloured. */
  readonly hasColour: boolean;
  /** It cannot move its cursor (`TERM=dumb`): nothing is drawn over what was written. */
  readonly isDumb?: boolean;
}

/** Where text goes, such as `process.stdout`. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The usual width, where a terminal tells none. */
const USUAL_COLUMNS = 80;

/** Some terminals, such as those of containers, report 0 columns: every character would get a line of its own. */
export function giveWidth(stream: { columns?: number }): void {
  if (stream.columns === 0) stream.columns = USUAL_COLUMNS;
}

export interface ColourWish {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--no-color` was given. */
  readonly isRefused: boolean;
}

/** By the conventions of https://no-color.org and of `FORCE_COLOR`. */
export function mayColour(stdout: Stream, { env, isRefused }: ColourWish): boolean {
  if (isRefused || (env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0') return true;
  return stdout.isTTY === true && env.TERM !== 'dumb';
}
