/** Entry of the component `software`: the core loads it when there is work to do, from a file of its own. */
export { work } from './work.ts';
