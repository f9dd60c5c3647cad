/** The part of the contract that runs in a browser: no Node built-ins beneath it. */
export * from './api.ts';
export type * from './error-class.ts';
export * from './error-classes.ts';
export * from './errors.ts';
export * from './exit-codes.ts';
export * from './gate-wait.ts';
export * from './gate-words.ts';
export * from './gates.ts';
export * from './ids.ts';
export * from './installer.ts';
export * from './installer-exits.ts';
export * from './installer-plan.ts';
export * from './membership.ts';
export * from './software.ts';
export * from './status-codes.ts';
export * from './version.ts';
export * from './win32-errors.ts';
export type { ErrorBody } from './wire.ts';
