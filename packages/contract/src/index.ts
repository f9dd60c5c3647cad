/** Words both sides agree on. */
export * from './api.ts';
export * from './envelope.ts';
export * from './envelope-schema.ts';
export * from './errors.ts';
export * from './exit-codes.ts';
export * from './ids.ts';
export * from './installer.ts';
export * from './membership.ts';
export * from './software.ts';
export * from './status-codes.ts';
export * from './token.ts';
export * from './version.ts';
export * from './wire.ts';
