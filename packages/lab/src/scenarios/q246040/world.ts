/** What chance decides about a branch office of Q246040: its clients, its line to the site, and what is damaged. */
import type { Random } from '../../world/random.ts';
import { between, hour, minute } from '../field/times.ts';

/**
 * Client agents and what each has to copy, in megabytes: together the 20 of the article, which gives no shares ("the
 * actual amount of data varies, depending on which client agents are enabled").
 */
export const agents = [
  { name: 'Base Components', megabytes: 7 },
  { name: 'Software Distribution', megabytes: 4 },
  { name: 'Remote Tools', megabytes: 3 },
  { name: 'Software Inventory', megabytes: 2 },
  { name: 'Hardware Inventory', megabytes: 2 },
  { name: 'Software Metering', megabytes: 1 },
  { name: 'Event to Trap Translator', megabytes: 1 },
] as const;

export type AgentName = (typeof agents)[number]['name'];

/** Times are milliseconds since midnight of the day on which all clients are thirty days old. */
export type ClientFate = {
  readonly name: string;
  readonly onAt: number;
  readonly offAt: number;
  /** From its start until the verify cycle begins. */
  readonly verifyAfterMs: number;
  /** An agent whose file is damaged; null on a machine that is well. */
  readonly damage: {
    readonly agent: AgentName;
    readonly at: number;
    readonly how: 'deleted' | 'altered';
  } | null;
};

export type World = {
  /** The site's own choice, the same for all clients. */
  readonly enabled: readonly AgentName[];
  /** Of the line between the branch and its client access point. Kilobits a second. */
  readonly kilobits: number;
  readonly clients: readonly ClientFate[];
};

/** When the verdict falls: the next midnight. */
export const verdictAt = 24 * hour;

const lines = [128, 256, 512, 2048, 10_240, 102_400] as const;

function drawClient(random: Random, number: number, enabled: readonly AgentName[]): ClientFate {
  const onAt = between(random, 7.5 * hour, 9.5 * hour);
  const offAt = onAt + between(random, 3 * hour, 4 * hour);
  const damagedAgent = random.pick(enabled);
  const damagedAt = onAt + between(random, minute, 25 * minute);
  const how = random.pick(['deleted', 'altered'] as const);
  return {
    name: `PC${number}`,
    onAt,
    offAt,
    verifyAfterMs: between(random, 30 * minute, 90 * minute),
    damage: random.chance(1, 12) ? { agent: damagedAgent, at: damagedAt, how } : null,
  };
}

export function drawWorld(random: Random): World {
  const names = agents.map(({ name }) => name);
  const [base, ...optional] = names;
  const enabled = [...(base ? [base] : []), ...optional.filter(() => random.chance(7, 10))];
  const count = between(random, 4, 10);
  return {
    enabled,
    kilobits: random.pick(lines),
    clients: Array.from({ length: count }, (_, index) =>
      drawClient(random.stream(`client ${index + 1}`), index + 1, enabled),
    ),
  };
}
