/** Taking over foreign agents: their remote control goes only when ours is verified, and comes back when ours fails. */
export { takeOverAll } from './take-over.ts';
