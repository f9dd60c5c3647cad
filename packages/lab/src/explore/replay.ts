/** Replay files: an exploration as JSON that anybody can run again, whatever has drawn it. */
import { HoldfastError } from '@holdfast/contract';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';
import { Plan } from './events.ts';
import { type Exploration, explore, exploreTwice } from './explore.ts';

/** Rises when files of before cannot be run any more. */
const version = 1;

export const ReplayFile = Type.Object(
  {
    version: Type.Literal(version),
    /** The promise that it broke, and how that was told. */
    promise: Type.String({ maxLength: 10 }),
    text: Type.String({ maxLength: 10_000 }),
    plan: Plan,
  },
  { additionalProperties: false },
);
export type ReplayFile = Static<typeof ReplayFile>;

const isReplayFile = Compile(ReplayFile);

export function replayText({ plan, finding }: Exploration): string {
  const file: ReplayFile = { version, promise: finding?.promise ?? '', text: finding?.text ?? '', plan };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** @throws HoldfastError `request.invalid` for what is no replay file of this version */
export function readReplay(text: string): ReplayFile {
  const value = parse(text);
  if (isReplayFile.Check(value)) return value;
  const [problem] = isReplayFile.Errors(value);
  const where = `${problem?.instancePath || 'the file'} ${problem?.message ?? ''}`;
  throw new HoldfastError('request.invalid', `This is no replay file of version ${version}: ${where}.`);
}

/** Runs it again, twice where the file is about its trace. */
export function replay({ promise, plan }: ReplayFile): Promise<Exploration> {
  return promise === 'I12' ? exploreTwice(plan) : explore(plan);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
