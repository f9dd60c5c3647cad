/** The small words of a description, as schemas: each says what it wants, so that errors can. */
import * as Type from 'typebox';

export const strict = { additionalProperties: false } as const;
/** Text of one line; `description` of a schema completes the sentence "x must be ...". */
export const line = (most: number) =>
  Type.String({
    minLength: 1,
    maxLength: most,
    pattern: '^[^\\u0000-\\u001f]+$',
    description: `one line of 1 to ${most} characters`,
  });
export const Text = Type.String({ maxLength: 65_536, description: 'text of at most 65,536 characters' });
export const Id = Type.String({
  pattern: '^[A-Za-z_][A-Za-z0-9_.]{0,71}$',
  description:
    'an id: at most 72 letters, digits, underscores and dots, with a letter or an underscore in front',
});
export const FeatureId = Type.String({
  pattern: '^[A-Za-z_][A-Za-z0-9_.]{0,37}$',
  description:
    'the id of a feature: at most 38 letters, digits, underscores and dots, with a letter or an underscore in front',
});
export const PublicId = Type.String({
  pattern: '^[A-Z_][A-Z0-9_.]{0,71}$',
  description: 'the name of a public property: capital letters, digits, underscores and dots',
});
export const Guid = Type.String({
  pattern: '^\\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\}$',
  description: 'a GUID in braces, such as {6BB5B24E-4A4C-4C6A-9F44-3C1F2C0E2C3B}',
});
export const Version = Type.String({
  pattern: '^\\d{1,3}\\.\\d{1,3}\\.\\d{1,5}(\\.\\d{1,5})?$',
  description: 'three or four numbers with dots between them, such as 1.2.3 (at most 255.255.65535)',
});
export const Condition = Type.String({
  minLength: 1,
  maxLength: 255,
  description: 'a condition of the Windows Installer of at most 255 characters',
});
export const FolderPath = Type.String({
  minLength: 1,
  maxLength: 1024,
  pattern: '^[^\\u0000-\\u001f<>:"|?*]+$',
  description:
    'a path: below the install folder, or beginning with a standard folder (CommonAppDataFolder/Maker) or an id of "folders"',
});
export const Words = <const Word extends string>(...words: readonly Word[]) =>
  Type.Enum(words, { description: `one of: ${words.join(', ')}` });
export const Flag = Type.Boolean({ description: 'true or false' });
export const whole = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description: `a whole number from ${minimum} to ${maximum}` });
export const optional = <Schema extends Type.TSchema>(schema: Schema) => Type.Optional(schema);
export const list = <Schema extends Type.TSchema>(schema: Schema, most = 32_767) =>
  Type.Optional(Type.Array(schema, { maxItems: most, description: `a list of at most ${most}` }));
export const oneOrMore = <Schema extends Type.TSchema>(schema: Schema) =>
  Type.Union([schema, Type.Array(schema, { minItems: 1, maxItems: 1600 })], {
    description: 'one id, or a list of ids',
  });
