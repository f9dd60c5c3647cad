/** The query of a collection: attributes of a client compared with values. Evaluated by the rollout package. */
import type { Static } from 'typebox';
import * as Type from 'typebox';

const strict = { additionalProperties: false } as const;

export const ClientAttribute = Type.Union([
  Type.Literal('hostName'),
  Type.Literal('platform'),
  Type.Literal('osName'),
  Type.Literal('osVersion'),
  Type.Literal('architecture'),
  Type.Literal('clientVersion'),
]);
export type ClientAttribute = Static<typeof ClientAttribute>;

export const QueryOperator = Type.Union([
  Type.Literal('equals'),
  Type.Literal('not-equals'),
  Type.Literal('contains'),
  Type.Literal('starts-with'),
]);
export type QueryOperator = Static<typeof QueryOperator>;

/** All clauses must hold. Comparison ignores case. */
export const MembershipQuery = Type.Object(
  {
    all: Type.Array(
      Type.Object(
        { attribute: ClientAttribute, operator: QueryOperator, value: Type.String({ maxLength: 200 }) },
        strict,
      ),
      { minItems: 1, maxItems: 20 },
    ),
  },
  strict,
);
export type MembershipQuery = Static<typeof MembershipQuery>;
