/** What is done with every feature and component: what is there, what is asked for, and who else needs it. */
import { componentStates } from '../evaluate/components.ts';
import {
  asked,
  type Choice,
  type FeatureRequest,
  featureStates,
  levelsOf,
  topDown,
  withParents,
} from '../evaluate/features.ts';
import { stateNumbers } from '../evaluate/model.ts';
import type { Component, Feature } from '../product/model.ts';
import { componentClients } from '../root/product-state.ts';
import { recordedKeyPath } from '../root/registration.ts';
import type { ComponentPlan, FeaturePlan, Planning, State } from './context.ts';
import { sharedCount } from './shared-files.ts';

const bits = { permanent: 16, transitive: 64 } as const;

function firstFeatures(planning: Planning, request: FeatureRequest): readonly string[] {
  const { states, unknown } = featureStates(request);
  for (const [id, one] of states) {
    planning.scene.features.set(id, one);
    const { feature, level, state, why } = one;
    const action = state === 'absent' ? undefined : state;
    planning.features.set(id, { feature, level, installed: 'absent', action, again: false, why });
  }
  return unknown;
}

/** What the choice of a feature that may be there means for it. */
function actOn(installed: State, choice: Choice | undefined): Pick<FeaturePlan, 'action' | 'again' | 'why'> {
  if (choice === undefined)
    return { action: undefined, again: false, why: 'nothing asks for a change of it' };
  const { state, why } = choice;
  if (choice.again) {
    return installed === 'local'
      ? { action: 'local', again: true, why }
      : { action: undefined, again: false, why: 'REINSTALL takes only features that are installed' };
  }
  if (state === installed) return { action: undefined, again: false, why: `${why}, and it is so already` };
  return { action: state, again: false, why };
}

function laterFeatures(planning: Planning, request: FeatureRequest): readonly string[] {
  const { product, registered, features } = planning;
  const installedOf = ({ id }: Feature): State => registered?.features.get(id) ?? 'absent';
  const levels = levelsOf(request);
  for (const feature of product.features.values()) {
    if (installedOf(feature) === 'local') levels.set(feature.id, Math.max(1, levels.get(feature.id) ?? 0));
  }
  const { choices, unknown } = asked(request, levels);
  withParents(product, choices, levels);
  for (const feature of topDown(product.features)) {
    const installed = installedOf(feature);
    const parent = features.get(feature.parent ?? '');
    let choice = choices.get(feature.id);
    const loses =
      parent?.action === 'absent' || (parent?.installed === 'absent' && parent.action === undefined);
    if (loses && (choice === undefined || choice.state !== 'absent') && parent) {
      choice = { state: 'absent', why: `its parent ${parent.feature.id} is absent` };
    }
    const level = levels.get(feature.id) ?? 0;
    features.set(feature.id, { feature, level, installed, ...actOn(installed, choice) });
  }
  for (const [id, { feature, level, installed, action, why }] of features) {
    planning.scene.features.set(id, { feature, state: action ?? installed, why, level });
  }
  return unknown;
}

/** Settles the features. Answers names that the product does not have. */
export function planFeatures(planning: Planning): readonly string[] {
  const { product, scene, registered } = planning;
  const request = { product, property: scene.property, holds: scene.holds };
  const unknown =
    registered === undefined ? firstFeatures(planning, request) : laterFeatures(planning, request);
  planning.removesAll =
    registered !== undefined &&
    [...planning.features.values()].every(({ installed, action }) => (action ?? installed) === 'absent');
  return unknown;
}

/** Why a component that its last feature leaves stays nevertheless. */
function staysBecause(
  { draft, keys, productCode, registered }: Planning,
  one: Component,
  path: string | undefined,
): string | undefined {
  if ((one.attributes & bits.permanent) !== 0) return 'it is permanent';
  const account = registered?.account;
  if (account !== undefined && one.componentId !== undefined) {
    const { others, permanent } = componentClients(draft.registry, { productCode, account }, one.componentId);
    if (others.length > 0) return `it is shared with ${others.join(', ')}`;
    if (permanent)
      return `it is on record as permanent ${keys.packed === '' ? '' : 'by another product'}`.trim();
  }
  const count = path === undefined ? undefined : sharedCount(draft.registry, path, one);
  return count !== undefined && count > 1 ? `its file is counted as shared ${count} times` : undefined;
}

function wanted(features: readonly FeaturePlan[]): { anew: FeaturePlan | undefined; leaves: boolean } {
  const anew = features.find(({ action }) => action === 'local' || action === 'source');
  const last = ({ action, installed }: FeaturePlan): State => action ?? installed;
  const leaves =
    features.some(({ action }) => action === 'absent') && features.every((one) => last(one) === 'absent');
  return { anew, leaves };
}

function laterComponent(
  planning: Planning,
  component: Component,
  features: readonly FeaturePlan[],
): ComponentPlan {
  const { draft, registered, scene } = planning;
  const { componentId, condition, attributes } = component;
  const recorded =
    registered && componentId !== undefined
      ? recordedKeyPath(draft.registry, registered, componentId)
      : undefined;
  const installed = recorded === undefined ? 'absent' : 'local';
  const base = {
    component,
    installed,
    again: false,
    features: features.map(({ feature }) => feature.id),
  } as const;
  const none = (why: string): ComponentPlan => ({ ...base, action: undefined, why });
  const remove = (why: string): ComponentPlan => {
    const path = recorded?.kind === 'path' ? recorded.path : undefined;
    const stays = staysBecause(planning, component, path);
    return stays === undefined
      ? { ...base, action: 'absent', why }
      : { ...base, action: 'unregister', why: stays };
  };
  const { anew, leaves } = wanted(features);
  if (leaves) {
    if (installed === 'absent')
      return none(componentId === undefined ? 'it has no GUID and is not on record' : 'it is not installed');
    return remove(features.find(({ action }) => action === 'absent')?.why ?? 'its features are removed');
  }
  if (anew === undefined) return none('nothing is done with its features');
  if (componentId === undefined && anew.again) return none('it has no GUID: it cannot be repaired');
  const mayChange = installed === 'absent' || (attributes & bits.transitive) !== 0;
  if (mayChange && condition !== undefined && !scene.holds(condition)) {
    return installed === 'local'
      ? remove(`its condition does not hold any more: ${condition}`)
      : none(`its condition does not hold: ${condition}`);
  }
  return {
    ...base,
    action: 'local',
    again: installed === 'local',
    why: `the feature ${anew.feature.id}: ${anew.why}`,
  };
}

/** Settles the components, after the features and the directories. */
export function planComponents(planning: Planning): void {
  const { product, features, components, scene, registered } = planning;
  if (registered === undefined) {
    for (const [id, state] of componentStates(product, scene.features, scene.holds)) {
      scene.components.set(id, state);
      const { component, why } = state;
      const action = state.state === 'local' ? 'local' : undefined;
      components.set(id, {
        component,
        installed: 'absent',
        action,
        again: false,
        features: state.features,
        why,
      });
    }
    return;
  }
  const owners = new Map<string, FeaturePlan[]>();
  for (const plan of features.values()) {
    for (const id of plan.feature.components) owners.set(id, [...(owners.get(id) ?? []), plan]);
  }
  for (const component of product.components.values()) {
    const plan = laterComponent(planning, component, owners.get(component.id) ?? []);
    components.set(component.id, plan);
    const state = (plan.action ?? plan.installed) === 'local' ? 'local' : 'absent';
    scene.components.set(component.id, { component, state, features: plan.features, why: plan.why });
  }
}

const numberOf = (state: State | 'unregister' | undefined): number =>
  state === undefined || state === 'unregister' ? stateNumbers.unknown : stateNumbers[state];

/** Lets conditions see what is there and what is done. */
export function showStates({ scene, features, components }: Planning): void {
  scene.states = {
    feature(id) {
      const plan = features.get(id);
      return plan && { installed: numberOf(plan.installed), action: numberOf(plan.action) };
    },
    component(id) {
      const plan = components.get(id);
      return plan && { installed: numberOf(plan.installed), action: numberOf(plan.action) };
    },
  };
}
