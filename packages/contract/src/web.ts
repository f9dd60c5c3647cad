/** The part of the contract that runs in a browser: no Node built-ins beneath it. */
export * from './api.ts';
export * from './errors.ts';
export * from './exit-codes.ts';
export * from './ids.ts';
export * from './installer.ts';
export * from './membership.ts';
export * from './software.ts';
export * from './status-codes.ts';
export * from './version.ts';
export type { ErrorBody } from './wire.ts';
