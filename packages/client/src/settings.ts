/** The settings of a client: one small file beside its state, whose form is known here alone. */
import { isHoldfastError, type Severity } from '@holdfast/contract';
import { readWhole, replaceFile } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { jsonReader } from './site.ts';

export const settingsName = 'settings.json';

/** Bytes of the longest file that is read. */
const settingsLimit = 64 * 1024;

/** Names that are not here stay as they are: a newer client may have written them. */
export const ClientSettings = Type.Object({
  /** https address of the management point. */
  site: Type.String(),
  /** Managed root: `/`, or a sandbox. */
  root: Type.String(),
  /** Where the client was installed, for the next set-up. */
  installFolder: Type.Optional(Type.String()),
  /** `notify`: what is wrong with the client itself is reported and not mended. */
  health: Type.Optional(Type.Union([Type.Literal('mend'), Type.Literal('notify')])),
  /** Room for content of packages. */
  cacheMegabytes: Type.Optional(Type.Integer({ minimum: 1 })),
  /** 0 and 1 say everything, 2 warnings and errors, 3 errors alone. */
  logLevel: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
});
export type ClientSettings = Readonly<Static<typeof ClientSettings>>;
const parseSettings = jsonReader(ClientSettings, 'settings');

/** Undefined where there are none, or they are damaged: then they count for nothing. @throws HoldfastError `disk.*` */
export async function readSettings(state: Folder): Promise<ClientSettings | undefined> {
  if (!(await state.entry(settingsName))) return undefined;
  try {
    return settingsIn(Buffer.from(await readWhole(state, settingsName, settingsLimit)).toString('utf8'));
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.failed')) throw thrown;
    return undefined;
  }
}

/** The same of the file's text. */
export function settingsIn(text: string): ClientSettings | undefined {
  try {
    return parseSettings(text);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'network.response-invalid')) throw thrown;
    return undefined;
  }
}

/** Settles what is given and leaves the rest as it was, durably. Answers what holds now. @throws HoldfastError `disk.*` */
export async function changeSettings(
  state: Folder,
  change: Pick<ClientSettings, 'site' | 'root'> & Partial<ClientSettings>,
): Promise<ClientSettings> {
  const settings = { ...(await readSettings(state)), ...change };
  await replaceFile(state, settingsName, Buffer.from(`${JSON.stringify(settings, null, 2)}\n`, 'utf8'));
  return settings;
}

const leastSeverities: readonly (readonly Severity[])[] = [
  ['info', 'warning', 'error'],
  ['info', 'warning', 'error'],
  ['warning', 'error'],
  ['error'],
];
const usualLogLevel = 1;

/** Whether something of this severity is written into the log. */
export function isLogged({ logLevel = usualLogLevel }: Pick<ClientSettings, 'logLevel'>, severity: Severity) {
  return leastSeverities[logLevel]?.includes(severity) ?? true;
}

/** Megabytes for content where nobody has said otherwise: the field's own default. */
const usualCacheMegabytes = 5120;

/** Bytes that content of packages may take. */
export function cacheBytes({ cacheMegabytes = usualCacheMegabytes }: Pick<ClientSettings, 'cacheMegabytes'>) {
  return cacheMegabytes * 1024 ** 2;
}
