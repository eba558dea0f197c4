import { LocalCloudError } from '../errors.ts';
import { isObject, jsonTextOf } from '../template/json-object.ts';
import type { MappingProperties } from '../template/properties.ts';
import type { Pattern } from './pattern.ts';
import { compilePattern } from './pattern.ts';

/**
 * Compiles the FilterCriteria of an event source. A record passes if it matches any filter, or if there are no
 * filters.
 */
export function compileFilters(logicalId: string, properties: MappingProperties): Pattern {
  const patterns = (properties.FilterCriteria?.Filters ?? []).map(({ Pattern: pattern }) => {
    const parsed = jsonTextOf(pattern);
    if (!isObject(parsed)) {
      throw new LocalCloudError(
        'unsupported_template',
        `${logicalId}: a filter pattern is not a JSON object.`,
      );
    }
    return compilePattern(parsed, `${logicalId}.FilterCriteria`);
  });
  return (record) => patterns.length === 0 || patterns.some((matches) => matches(record));
}

/** The form in which SQS filters see a message: the body is parsed if it is valid JSON. */
export function withParsedBody(record: { readonly body: string }): unknown {
  return { ...record, body: jsonTextOf(record.body) ?? record.body };
}
