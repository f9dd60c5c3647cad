/** Taking over a foreign agent: how it is recognized, what of it is remote control, how it goes and how that is put back. */
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { ServiceName } from './gates.ts';
import { Name, Uuid } from './ids.ts';
import { ClientPath, CommandLine, DetectionRule, DpkgName, ProductCode } from './software.ts';

const strict = { additionalProperties: false } as const;

/** The service manager knows a service of this name, whether it runs or not. */
export const ServiceMark = Type.Object({ kind: Type.Literal('service'), service: ServiceName }, strict);

/** Something by which an agent is known. All marks of a rule must hold before anything of it is touched. */
export const AgentMark = Type.Union([DetectionRule, ServiceMark]);
export type AgentMark = Static<typeof AgentMark>;

/** A file that its remote control is made of: kept beside before the agent is removed. */
export const RemoteControlFile = Type.Object(
  {
    path: ClientPath,
    /**
     * As it is laid down again where the system has permission bits: `program` for everybody to run, `private` for the
     * system's administrator alone; for everybody to read unless given.
     */
    as: Type.Optional(Type.Union([Type.Literal('program'), Type.Literal('private')])),
  },
  strict,
);

/** What of an agent is its remote control. */
export const RemoteControl = Type.Object(
  {
    /** Stopped first, in this order; those that ran are started again in the reverse order. */
    services: Type.Array(ServiceName, { minItems: 1, maxItems: 8 }),
    files: Type.Array(RemoteControlFile, { maxItems: 64 }),
  },
  strict,
);

/** By its package manager, or by a command line such as programs have: no shell reads it. */
export const AgentRemoval = Type.Union([
  Type.Object(
    { kind: Type.Literal('dpkg'), packages: Type.Array(DpkgName, { minItems: 1, maxItems: 16 }) },
    strict,
  ),
  Type.Object({ kind: Type.Literal('msi'), productCode: ProductCode }, strict),
  Type.Object({ kind: Type.Literal('command'), command: CommandLine }, strict),
]);
export type AgentRemoval = Static<typeof AgentRemoval>;

/** A rule about one agent on one platform. Data from the site, signed with the policy. */
export const TakeoverRule = Type.Object(
  {
    /** Of the agent, as people call it. */
    name: Name,
    platform: Type.Union([Type.Literal('linux'), Type.Literal('windows')]),
    recognizedBy: Type.Array(AgentMark, { minItems: 1, maxItems: 16 }),
    remoteControl: RemoteControl,
    removal: AgentRemoval,
    /**
     * Run after its files were laid down again and before its services are started. Absent: on Linux systemd is told of
     * the units and enables the services, on Windows nothing is run.
     */
    putBack: Type.Optional(Type.Array(CommandLine, { maxItems: 4 })),
    /** A removal, or a command that puts back, that runs longer is ended. Minutes. */
    maxRunMinutes: Type.Integer({ minimum: 1, maximum: 120 }),
  },
  strict,
);
export type TakeoverRule = Static<typeof TakeoverRule>;

/** `look`: whether the agent is there is told to the site, and nothing is touched. */
export const TakeoverMode = Type.Union([Type.Literal('look'), Type.Literal('take-over')]);
export type TakeoverMode = Static<typeof TakeoverMode>;

/** One rule in the policy index of one client. It stands until the site withdraws it. */
export const TakeoverOrder = Type.Object(
  { takeoverId: Uuid, mode: TakeoverMode, rule: TakeoverRule },
  strict,
);
export type TakeoverOrder = Static<typeof TakeoverOrder>;

/** Rules that one client may have at once. */
export const mostTakeovers = 16;

/** Where a takeover stands on one client. */
export const takeoverStates = {
  ordered: 'the client has not said anything yet',
  absent: 'the agent is not there',
  recognized: 'the agent is there',
  waiting: 'it waits',
  'under-way': 'it has begun',
  'taken-over': 'the agent is gone, and the screen driver of the client is verified',
  'put-back': 'it went wrong: the remote control of the agent is there again',
  held: 'it went wrong too often, and is held',
} as const;
export type TakeoverState = keyof typeof takeoverStates;
export const TakeoverState = Type.Enum(Object.keys(takeoverStates) as TakeoverState[]);
