/** What a machine offers, as small types. */
export type * from './boot.ts';
export type * from './clock.ts';
export type * from './disk.ts';
export type * from './entropy.ts';
export type * from './identities.ts';
export type * from './installers.ts';
export type * from './links.ts';
export type * from './machine.ts';
export * from './names.ts';
export type * from './network.ts';
export type * from './power.ts';
export * from './processes.ts';
export type * from './protection.ts';
export type * from './readiness.ts';
export type * from './registry.ts';
export type * from './services.ts';
export type * from './session.ts';
