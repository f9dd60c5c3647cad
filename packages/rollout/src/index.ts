/** Who gets what. */
export { matches } from './membership.ts';
