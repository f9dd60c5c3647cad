/** The administrators' API, the part about foreign agents that are taken over. */
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox';
import { Timestamp, Uuid } from './ids.ts';
import { TakeoverMode, TakeoverRule, TakeoverState } from './takeover.ts';

const strict = { additionalProperties: false } as const;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** POST /takeovers: for whoever is in the collection, now and later. */
export const TakeoverCreate = Type.Object(
  { collectionId: Uuid, mode: TakeoverMode, rule: TakeoverRule },
  strict,
);
export type TakeoverCreate = Static<typeof TakeoverCreate>;

/** PUT /takeovers/:id */
export const TakeoverChange = Type.Object({ mode: TakeoverMode }, strict);
export type TakeoverChange = Static<typeof TakeoverChange>;

/** One rule with its collection; `states` counts its members. */
export const TakeoverSummary = Type.Object({
  id: Uuid,
  name: Type.String(),
  platform: TakeoverRule.properties.platform,
  mode: TakeoverMode,
  collectionId: Uuid,
  /** As it was called then: the collection may be gone. */
  collectionName: Type.String(),
  states: Type.Record(Type.String(), Type.Integer()),
  createdAt: Timestamp,
  createdBy: Type.String(),
  withdrawnAt: Nullable(Timestamp),
});
export type TakeoverSummary = Static<typeof TakeoverSummary>;

export const TakeoverDetail = Type.Object({ ...TakeoverSummary.properties, rule: TakeoverRule });
export type TakeoverDetail = Static<typeof TakeoverDetail>;

/** 200 of POST /takeovers?dryRun=true: nothing is stored. */
export const TakeoverForeseen = Type.Object({
  name: Type.String(),
  collectionName: Type.String(),
  /** Members of the platform of the rule; each looks for the agent itself. */
  clients: Type.Integer(),
  /** Members of other platforms. */
  leftOut: Type.Integer(),
  /** Of earlier rules of the same name: members that have said that the agent is, or was, there. */
  known: Type.Integer(),
});
export type TakeoverForeseen = Static<typeof TakeoverForeseen>;

/** Where the takeover stands on one member. */
export const TakeoverMember = Type.Object({
  clientId: Uuid,
  hostName: Type.String(),
  state: TakeoverState,
  /** What the client said last, as a sentence; null before its first word. */
  text: Nullable(Type.String()),
  at: Nullable(Timestamp),
});
export type TakeoverMember = Static<typeof TakeoverMember>;
