import { printable, printableLines } from '../../../printable.ts';

export interface ForeignProps {
  /** Text that a merchant, an initiator or a receiver wrote. */
  readonly text: string;
  /** Keeps line feeds. Default: no, everything is one line. */
  readonly isLines?: boolean;
}

/**
 * Text of others. JSX escapes the markup; this makes characters visible that move, hide or reverse what is read, and keeps
 * the direction of such text to itself.
 */
export function Foreign({ text, isLines = false }: ForeignProps) {
  return <bdi>{isLines ? printableLines(text) : printable(text)}</bdi>;
}
