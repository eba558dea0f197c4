import { styleText } from 'node:util';
import type { NotificationState, OutcomeStatus } from '../../protocol/contract-words.ts';

/** What a text means. Each has a word or a glyph too, so colour is never the only sign. */
export type Tone = 'good' | 'bad' | 'waiting' | 'quiet' | 'strong';

const STYLES: Readonly<Record<Tone, 'green' | 'red' | 'yellow' | 'dim' | 'bold'>> = {
  good: 'green',
  bad: 'red',
  waiting: 'yellow',
  quiet: 'dim',
  strong: 'bold',
};

const TONES: Readonly<Record<OutcomeStatus | NotificationState, Tone>> = {
  SUCCEEDED: 'good',
  FAILED: 'bad',
  CLOSED: 'quiet',
  PENDING: 'waiting',
  delivered: 'good',
  acknowledged: 'good',
  pending: 'waiting',
  retrying: 'waiting',
  exhausted: 'bad',
  blocked: 'bad',
};

export type Paint = (text: string, tone: Tone) => string;

export function createPaint(hasColour: boolean): Paint {
  return (text, tone) => (hasColour ? styleText(STYLES[tone], text, { validateStream: false }) : text);
}

/** The tone of a state or status of the API. Unknown words have none. */
export function toneOf(word: string): Tone | undefined {
  return Object.hasOwn(TONES, word) ? TONES[word as keyof typeof TONES] : undefined;
}
