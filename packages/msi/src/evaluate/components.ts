/** Which components a first installation takes: those of its features whose conditions hold. */
import type { Component, Product } from '../product/model.ts';
import type { ComponentAction, ComponentState, FeatureState } from './model.ts';

/** Bits of Component.Attributes. */
const bits = { sourceOnly: 1, optional: 2 } as const;

/** A component of a feature that is there, by what the component itself can be. */
function within({ attributes }: Component, feature: FeatureState): ComponentAction {
  if (feature.state !== 'local' && feature.state !== 'source') return 'absent';
  if ((attributes & bits.sourceOnly) !== 0) return 'source';
  return feature.state === 'source' && (attributes & bits.optional) !== 0 ? 'source' : 'local';
}

function settle(
  component: Component,
  features: readonly FeatureState[],
  holds: (condition: string) => boolean,
): { readonly state: ComponentAction; readonly why: string } {
  if (component.condition !== undefined && !holds(component.condition)) {
    return { state: 'absent', why: `its condition does not hold: ${component.condition}` };
  }
  if (features.length === 0) return { state: 'absent', why: 'it belongs to no feature' };
  // Shared by features of both kinds, it is local.
  for (const state of ['local', 'source'] as const) {
    const owner = features.find((feature) => within(component, feature) === state);
    if (owner !== undefined) return { state, why: `the feature ${owner.feature.id} is ${owner.state}` };
  }
  const [first] = features;
  const names = features.map(({ feature }) => feature.id).join(', ');
  return {
    state: 'absent',
    why:
      features.length === 1
        ? `the feature ${names} is ${first?.state}`
        : `none of its features is there: ${names}`,
  };
}

/** States of all components. A condition sees the states of features, and none of components. */
export function componentStates(
  product: Product,
  features: ReadonlyMap<string, FeatureState>,
  holds: (condition: string) => boolean,
): Map<string, ComponentState> {
  const owners = new Map<string, FeatureState[]>();
  // Many components share few conditions, and nothing changes in between.
  const held = new Map<string, boolean>();
  const holdsOnce = (condition: string): boolean => {
    const answer = held.get(condition) ?? holds(condition);
    held.set(condition, answer);
    return answer;
  };
  for (const state of features.values()) {
    for (const id of state.feature.components) {
      const group = owners.get(id);
      if (group === undefined) owners.set(id, [state]);
      else group.push(state);
    }
  }
  return new Map(
    [...product.components.values()].map((component) => {
      const states = owners.get(component.id) ?? [];
      const ids = states.map(({ feature }) => feature.id);
      return [component.id, { component, features: ids, ...settle(component, states, holdsOnce) }];
    }),
  );
}
