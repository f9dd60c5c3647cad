/** An order to enrol that outlives its first try: the service takes it up until the machine is a client, or is refused. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientSettings } from '@holdfast/client';
import { HoldfastError } from '@holdfast/contract';
import { replaceFile, withOpen } from '@holdfast/engine';
import { localDisk } from '@holdfast/machine';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { Compile } from 'typebox/compile';

const EnrolmentOrder = Type.Object({
  settings: ClientSettings,
  /** Gone once it is enrolled, or the site has refused it for good. */
  token: Type.Optional(Type.String({ maxLength: 512 })),
  /** Why it was refused for good, as a sentence. */
  refused: Type.Optional(Type.String({ maxLength: 2_000 })),
});
export type EnrolmentOrder = Static<typeof EnrolmentOrder>;
const shape = Compile(EnrolmentOrder);

const name = 'enrolment.json';

/** Has the order durable, in a file that this account alone reads: it holds the token. */
export function leaveOrder(folder: string, order: EnrolmentOrder): Promise<void> {
  const text = `${JSON.stringify(order, null, 2)}\n`;
  return withOpen(localDisk().open(folder), (state) => replaceFile(state, name, Buffer.from(text, 'utf8')));
}

/** Undefined where there is none, or none that can be read. */
export async function readOrder(folder: string): Promise<EnrolmentOrder | undefined> {
  try {
    const order: unknown = JSON.parse(await readFile(join(folder, name), 'utf8'));
    return shape.Check(order) ? order : undefined;
  } catch {
    return undefined;
  }
}

export function removeOrder(folder: string): Promise<void> {
  return rm(join(folder, name), { force: true });
}

/** Whether no further try helps: somebody must give another token, or another address. */
export function isRefusedForGood(thrown: unknown): thrown is HoldfastError {
  if (!(thrown instanceof HoldfastError)) return false;
  const { code } = thrown;
  return code.startsWith('token.') || code === 'site.untrusted' || code === 'command.invalid';
}
