import * as z from 'zod';
import { isPlainText } from '../../protocol/plain-text.ts';

/** Text in requests, up to `maxLength` characters. */
export const textSchema = (maxLength: number) =>
  z
    .string('invalid_value')
    .max(maxLength, 'too_long')
    .refine(isPlainText, { error: 'invalid_text', abort: true });

/** Non-blank text: at least one character is not white space. */
export const nonBlankTextSchema = (maxLength: number) =>
  textSchema(maxLength).refine((text) => text.trim() !== '', 'invalid_value');

/** Single-line text, such as a name. */
export const lineSchema = (maxLength: number) =>
  nonBlankTextSchema(maxLength).refine((text) => !/[\t\n\r]/.test(text), 'invalid_text');
