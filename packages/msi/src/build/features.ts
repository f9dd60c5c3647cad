/** The tree of features, and which components each installs. */
import type { Component } from './components.ts';
import type { FeatureDescription, ProductDescription } from './description.ts';
import { installFolderId } from './folders.ts';
import { wrong } from './read-description.ts';
import type { Rows } from './rows.ts';

const bits = { followParent: 2, disallowAdvertise: 8, required: 16 } as const;
const mostDepth = 16;

/** The features of a product; one that is all of it where none is described. */
function featuresOf(product: ProductDescription): readonly FeatureDescription[] {
  if (product.features !== undefined && product.features.length > 0) return product.features;
  return [{ id: 'Complete', title: product.name.slice(0, 64), required: true }];
}

/** Even numbers are collapsed, odd ones open; 0 is not shown. */
function displayOf({ display = 'collapsed' }: FeatureDescription, index: number): number {
  if (display === 'hidden') return 0;
  return (index + 1) * 2 + (display === 'expanded' ? 1 : 0);
}

function checkTree(features: readonly FeatureDescription[]): void {
  const byId = new Map(features.map((feature) => [feature.id, feature]));
  for (const [index, feature] of features.entries()) {
    const field = `features[${index}]`;
    if (feature.followParent && feature.parent === undefined) {
      throw wrong(`${field}.followParent`, 'it has no parent to follow; name one, or leave this out');
    }
    let at: FeatureDescription | undefined = feature;
    for (let depth = 1; at?.parent !== undefined; depth += 1) {
      if (!byId.has(at.parent)) throw wrong(`${field}.parent`, `there is no feature ${at.parent}`);
      if (depth > mostDepth)
        throw wrong(`${field}.parent`, `it is its own ancestor, or deeper than ${mostDepth}`);
      at = byId.get(at.parent);
    }
  }
}

export function writeFeatures(
  product: ProductDescription,
  components: readonly Component[],
  rows: Rows,
): void {
  const features = featuresOf(product);
  checkTree(features);
  for (const [index, feature] of features.entries()) {
    const field = `features[${index}]`;
    rows.add('Feature', field, {
      Feature: feature.id,
      Feature_Parent: feature.parent,
      Title: feature.title ?? feature.id,
      Description: feature.description,
      Display: displayOf(feature, index),
      Level: feature.level ?? 1,
      Directory_: installFolderId,
      Attributes:
        (feature.followParent ? bits.followParent : 0) |
        (feature.advertise ? 0 : bits.disallowAdvertise) |
        (feature.required ? bits.required : 0),
    });
    for (const { level, condition } of feature.conditions ?? []) {
      rows.add('Condition', `${field}.conditions`, {
        Feature_: feature.id,
        Level: level,
        Condition: condition,
      });
    }
  }
  const ids = new Set(features.map((feature) => feature.id));
  const [first] = features;
  for (const { field, id, it } of components) {
    for (const feature of new Set([it.feature ?? first?.id ?? ''].flat())) {
      if (!ids.has(feature)) {
        throw wrong(
          `${field}.feature`,
          `there is no feature ${feature}; the features are ${[...ids].join(', ')}`,
        );
      }
      rows.add('FeatureComponents', field, { Feature_: feature, Component_: id });
    }
  }
}
