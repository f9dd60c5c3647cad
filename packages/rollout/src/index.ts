/** Who gets what, when, and how far. */
export { matches } from './membership.ts';
export {
  type Candidate,
  defaultRings,
  defaultRules,
  divideIntoRings,
  limitOf,
  type RingVerdict,
  ringSizes,
  ringVerdict,
} from './rings.ts';
export { type Milestone, type NextVersion, nextVersion } from './way.ts';
