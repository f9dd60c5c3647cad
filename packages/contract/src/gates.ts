/** Readiness gates as data: what must hold before something is changed on a machine. Signed with the policy that names them. */
import type { Static } from 'typebox';
import * as Type from 'typebox';

const strict = { additionalProperties: false } as const;

/** As people read it: `file-protection`. */
const name = Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' });

export const ServiceName = Type.String({
  minLength: 1,
  maxLength: 256,
  pattern: '^[^\\u0000-\\u001f/\\\\]+$',
});

/** A folder or file in the notation of the machine. */
const MachinePath = Type.String({ minLength: 1, maxLength: 1024, pattern: '^[^\\u0000-\\u001f]+$' });

/** Weekly, in UTC: 0 is Sunday; a window may reach into the next day. */
export const MaintenanceWindow = Type.Object(
  {
    days: Type.Array(Type.Integer({ minimum: 0, maximum: 6 }), { minItems: 1, maxItems: 7 }),
    /** Minutes after midnight. */
    startMinute: Type.Integer({ minimum: 0, maximum: 1439 }),
    minutes: Type.Integer({ minimum: 1, maximum: 1440 }),
  },
  strict,
);
export type MaintenanceWindow = Static<typeof MaintenanceWindow>;

/** What a platform does not have (file protection on Linux) stands in no one's way: its gate is open. */
export const GateDefinition = Type.Union([
  /** The service runs and answers. */
  Type.Object({ kind: Type.Literal('service-answering'), name, service: ServiceName }, strict),
  /** The system's protection of its own files serves requests: not before its late initialisation (Win32 21). */
  Type.Object({ kind: Type.Literal('protection-ready'), name }, strict),
  /** No other installation holds the installer: Windows Installer's 1618, dpkg's lock. */
  Type.Object({ kind: Type.Literal('installer-idle'), name }, strict),
  /** The machine has started what it starts with, and is up for so long. */
  Type.Object(
    {
      kind: Type.Literal('boot-settled'),
      name,
      /** Seconds since the start. */
      leastSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 3600 })),
    },
    strict,
  ),
  /** The volume of the client's folder has so many bytes to give. */
  Type.Object(
    {
      kind: Type.Literal('disk-free'),
      name,
      bytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    },
    strict,
  ),
  /** No replacement of these files waits for a restart. Those of others do not count. */
  Type.Object(
    {
      kind: Type.Literal('no-pending-reboot'),
      name,
      paths: Type.Array(MachinePath, { minItems: 1, maxItems: 64 }),
    },
    strict,
  ),
  /** Nobody works on the machine from afar. */
  Type.Object({ kind: Type.Literal('no-remote-session'), name }, strict),
  /** On mains, or with so much left in the battery. */
  Type.Object(
    {
      kind: Type.Literal('power'),
      name,
      /** Percent. Absent: mains only. */
      leastBattery: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    },
    strict,
  ),
  /** There is a network, and if wanted one that is not paid by volume. */
  Type.Object({ kind: Type.Literal('network'), name, unmetered: Type.Optional(Type.Boolean()) }, strict),
  /** One of these windows is open; it closes no work that has begun. */
  Type.Object(
    {
      kind: Type.Literal('maintenance-window'),
      name,
      windows: Type.Array(MaintenanceWindow, { minItems: 1, maxItems: 32 }),
    },
    strict,
  ),
]);
export type GateDefinition = Static<typeof GateDefinition>;
export type GateKind = GateDefinition['kind'];

export const GateDefinitions = Type.Array(GateDefinition, { maxItems: 16 });
