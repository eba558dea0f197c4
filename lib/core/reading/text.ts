import * as z from 'zod';
import { isPlainText } from '../../protocol/plain-text.ts';

/** The refusal of blank text. `fits` of a refusal tells the caller what the schema takes. */
export const NOT_BLANK = {
  error: 'invalid_value',
  params: { fits: 'Use at least one character that is not a space.' },
} as const;

/** Text in requests, up to `maxLength` characters. */
export const textSchema = (maxLength: number) =>
  z
    .string('invalid_value')
    .max(maxLength, 'too_long')
    .refine(isPlainText, { error: 'invalid_text', abort: true });

/** Non-blank text: at least one character is not white space. */
export const nonBlankTextSchema = (maxLength: number) =>
  textSchema(maxLength).refine((text) => text.trim() !== '', NOT_BLANK);

/** Single-line text, such as a name. */
export const lineSchema = (maxLength: number) =>
  nonBlankTextSchema(maxLength).refine((text) => !/[\t\n\r]/.test(text), 'invalid_text');

/** One text for each number: no sign, no leading zeros. */
const INTEGER = /^(0|[1-9]\d{0,8})$/;

/** The whole numbers that a text may stand for. */
interface IntegerBounds {
  readonly min: number;
  readonly max: number;
}

/** An integer in decimal digits, as a query has it. A refusal names the bounds. */
export function integerTextSchema({ min, max }: IntegerBounds) {
  return z
    .string('invalid_value')
    .refine((text) => INTEGER.test(text) && Number(text) >= min && Number(text) <= max, {
      error: 'invalid_value',
      params: { fits: `Use an integer from ${min} to ${max}.` },
      abort: true,
    })
    .meta({ pattern: INTEGER.source })
    .transform(Number);
}
