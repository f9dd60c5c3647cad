/** Entry of the component `inventory`: the core loads it when the site is to be told of the machine, from a file of its own. */
export { readFacts } from './facts.ts';
