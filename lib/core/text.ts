import * as z from 'zod';
import { isPlainText } from '../protocol/plain-text.ts';

/** Text of requests, up to so many characters. */
export const textSchema = (maxLength: number) =>
  z
    .string('invalid_value')
    .max(maxLength, 'too_long')
    .refine(isPlainText, { error: 'invalid_text', abort: true });

/** Text that must say something: at least one character that is no white space. */
export const sayingTextSchema = (maxLength: number) =>
  textSchema(maxLength).refine((text) => text.trim() !== '', 'invalid_value');

/** What must fit on one line, such as a name. */
export const lineSchema = (maxLength: number) =>
  sayingTextSchema(maxLength).refine((text) => !/[\t\n\r]/.test(text), 'invalid_text');
