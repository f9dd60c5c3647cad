/** Reading what an older client has left without believing a byte that is not of its form. */
import { HoldfastError, isHoldfastError, Uuid } from '@holdfast/contract';
import { readWhole } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { Compile } from 'typebox/compile';

/** More than any site has ever deployed to one machine. */
export const mostHistory = 10_000;

const isUuidText = Compile(Uuid);
export const isUuid = (text: string | undefined): text is Uuid => isUuidText.Check(text);

/** The text of a file; undefined where it is missing, longer than it may be, or no file. @throws HoldfastError `disk.*` */
export async function textOf(folder: Folder, name: string, limit: number): Promise<string | undefined> {
  if ((await folder.entry(name))?.kind !== 'file') return undefined;
  try {
    return Buffer.from(await readWhole(folder, name, limit)).toString('utf8');
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found', 'disk.failed')) throw thrown;
    return undefined;
  }
}

/** What a reader makes of a text; undefined where it is not of its form. */
export function ofItsForm<Value>(read: (text: string) => Value, text: string | undefined): Value | undefined {
  if (text === undefined) return undefined;
  try {
    return read(text);
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    return undefined;
  }
}

/** The address of a management point, if it is one. */
export function addressIn(text: string | undefined): string | null {
  if (text === undefined || text.length > 2_048 || !URL.canParse(text)) return null;
  const { protocol, origin, username, password } = new URL(text);
  return protocol === 'https:' && username === '' && password === '' ? origin : null;
}
