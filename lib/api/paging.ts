import type * as z from 'zod';
import { type Answer, problem } from './operation.ts';

/** Cursors of plain lists: the last id of a page, made opaque so that nobody builds on its form. */

export function cursorText(lastId: string): string {
  return Buffer.from(lastId, 'utf8').toString('base64url');
}

export type Cursor<T> =
  | { readonly kind: 'after'; readonly after: T | undefined }
  | { readonly kind: 'invalid'; readonly problem: Answer };

export function cursorOf<T extends z.ZodType>(text: string | undefined, schema: T): Cursor<z.output<T>> {
  if (text === undefined) return { kind: 'after', after: undefined };
  const parsed = schema.safeParse(Buffer.from(text, 'base64url').toString('utf8'));
  if (parsed.success) return { kind: 'after', after: parsed.data };
  return { kind: 'invalid', problem: cursorProblem() };
}

export function cursorProblem(): Answer {
  return problem('invalid_cursor', { errors: [{ pointer: '/query/cursor', code: 'invalid_cursor' }] });
}
