/** How far the client is with each foreign agent, as its journal keeps it. */
import type { TakeoverRule, TakeoverState, Uuid } from '@holdfast/contract';
import type { Gate } from '@holdfast/engine';

/** Plain JSON. */
export type TakeoverProgress = {
  /** As it was acted on last: what was begun by it is finished or undone by it, whatever the site says meanwhile. */
  readonly rule: TakeoverRule;
  readonly state: TakeoverState;
  /** It is to be finished or undone before anything else is done about this agent. */
  readonly begun: boolean;
  /** What was said last, so that a standing fact is said once. */
  readonly said: string;
  /** The rule and the screen driver that `tries` counts for: with another of them it begins anew. */
  readonly basis: string;
  /** Times that it went wrong and was taken back, or was held. */
  readonly tries: number;
  /** Wall clock: not begun before. */
  readonly at: number;
};

export type Takeovers = Readonly<Record<Uuid, TakeoverProgress>>;

export type TakeoverEntry = {
  readonly kind: 'takeover';
  readonly takeoverId: Uuid;
  /** Null: it was withdrawn, and nothing of it is under way. */
  readonly progress: TakeoverProgress | null;
};

export function takeoversAfter(
  takeovers: Takeovers = {},
  { takeoverId, progress }: TakeoverEntry,
): Takeovers {
  const { [takeoverId]: _before, ...others } = takeovers;
  return progress ? { ...others, [takeoverId]: progress } : others;
}

export type TakeoverTurn = {
  /** When it is to be looked at again: wall clock; null = never. */
  readonly at: number | null;
  /** Those it waits at. */
  readonly gates: readonly Gate[];
};
