import type * as z from 'zod';

/**
 * A value that is made when it is first asked for, and stays the same from then on. Every schema is made like this, so a
 * function spends its start on none, and later on those alone that its requests and rows need.
 *
 * @example const nameSchema = onFirstUse(() => z.string().max(128));
 *          nameSchema().parse('Demo shop');
 */
export function onFirstUse<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** What a schema that is made on first use parses to. */
export type Parsed<Schema extends () => z.ZodType> = z.output<ReturnType<Schema>>;
