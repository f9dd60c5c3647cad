/** Whether a client belongs to a collection by its query. */
import type { ClientAttribute, ClientFacts, MembershipQuery, QueryOperator } from '@holdfast/contract';

const comparisons: Record<QueryOperator, (actual: string, wanted: string) => boolean> = {
  equals: (actual, wanted) => actual === wanted,
  'not-equals': (actual, wanted) => actual !== wanted,
  contains: (actual, wanted) => actual.includes(wanted),
  'starts-with': (actual, wanted) => actual.startsWith(wanted),
};

/** True where every clause holds. Case is folded without regard to locale, so every site answers alike. */
export function matches(query: MembershipQuery, facts: Pick<ClientFacts, ClientAttribute>): boolean {
  return query.all.every((clause) =>
    comparisons[clause.operator](facts[clause.attribute].toLowerCase(), clause.value.toLowerCase()),
  );
}
