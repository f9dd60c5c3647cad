/** Compares two packages. */
import type { Database } from '../database/database.ts';
import { openProduct } from '../product/open.ts';
import { compare } from './compare.ts';
import { factsOf, fieldChanges } from './facts.ts';
import { brokenRules, kindOf, type Side, sentenceOf } from './meaning.ts';
import type { PackageDiff } from './model.ts';
import { diffStreams } from './streams.ts';
import { diffTables } from './tables.ts';

async function sideOf(database: Database): Promise<Side> {
  const product = await openProduct(database);
  return {
    product,
    facts: await factsOf(product),
    registry: new Map(product.registry.map((row) => [row.id, row])),
    upgrades: await product.rows('Upgrade'),
  };
}

/**
 * How the second package differs from the first.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function diffPackages(before: Database, after: Database): Promise<PackageDiff> {
  const [one, other] = [await sideOf(before), await sideOf(after)];
  const tables = await diffTables(before, after);
  const streams = await diffStreams(before, after);
  const product = fieldChanges(one.facts, other.facts);
  const kind = kindOf(one, other, tables.length + streams.length + product.length === 0);
  return {
    kind,
    sentence: sentenceOf(kind),
    broken: brokenRules(kind, one, other),
    product,
    features: compare(one.facts.features, other.facts.features),
    components: compare(one.facts.components, other.facts.components),
    files: compare(one.facts.files, other.facts.files),
    registry: compare(one.facts.registry, other.facts.registry),
    services: compare(one.facts.services, other.facts.services),
    customActions: compare(one.facts.customActions, other.facts.customActions),
    tables,
    streams,
  };
}
