/** The limits that the contract's schemas carry, for forms that say so before the site does. */

/** The pattern of a text schema; everything matches where it has none. */
export function patternOf(schema: object): RegExp {
  return new RegExp('pattern' in schema && typeof schema.pattern === 'string' ? schema.pattern : '');
}

/** The least number of characters of a text schema. */
export function minimumLengthOf(schema: object): number {
  return 'minLength' in schema && typeof schema.minLength === 'number' ? schema.minLength : 0;
}
