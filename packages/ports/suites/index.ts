/** The contract suites: every adapter of a port runs its suite, the simulated ones too. */
export { type BootFixture, bootContract } from './boot.ts';
export { type ClockFixture, clockContract } from './clock.ts';
export type { Fixture, Make, SuiteOptions } from './contract.ts';
export { diskContract } from './disk.ts';
export { type DiskFixture, tooMuch } from './disk-fixture.ts';
export { type EntropyFixture, entropyContract } from './entropy.ts';
export { rejectsWith } from './expect.ts';
export { type IdentitiesFixture, identitiesContract } from './identities.ts';
export { type InstallersFixture, installersContract } from './installers.ts';
export { type NetworkFixture, networkContract } from './network.ts';
export { answerOf, byteAt, type PlannedAnswer, type ReceivedRequest } from './network-answers.ts';
export { type KnownCommands, type ProcessesFixture, processesContract } from './processes.ts';
export { type ProtectionFixture, protectionContract } from './protection.ts';
export { type RegistryFixture, registryContract } from './registry.ts';
