/** The agent: enrolment, policy, content, software, status. */
export { type Client, type ClientStatus, openClient } from './client.ts';
export type { ClientOptions, ClientPorts } from './context.ts';
export type { CycleReport } from './cycle.ts';
export type { ClientEvent } from './status/reporter.ts';
