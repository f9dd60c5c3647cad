/** The words of a collection's query. */
import type { ClientAttribute, MembershipQuery, QueryOperator } from '@holdfast/contract/web';

export const attributeWords: Readonly<Record<ClientAttribute, string>> = {
  hostName: 'Host name',
  platform: 'Platform',
  osName: 'System name',
  osVersion: 'System version',
  architecture: 'Architecture',
  clientVersion: 'Client version',
};

export const operatorWords: Readonly<Record<QueryOperator, string>> = {
  equals: 'is',
  'not-equals': 'is not',
  contains: 'contains',
  'starts-with': 'starts with',
};

/** A query as a sentence. */
export function queryWords(query: MembershipQuery | null): string {
  if (query === null) return 'Direct members only';
  return query.all
    .map(
      ({ attribute, operator, value }) =>
        `${attributeWords[attribute]} ${operatorWords[operator]} “${value}”`,
    )
    .join(' and ');
}
