/**
 * A schema that only the OpenAPI document needs. It is made when it is first asked for, and the same one from then on: no
 * function of the service spends its start on it.
 */
export function documented<Schema>(make: () => Schema): () => Schema {
  let made: Schema | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
