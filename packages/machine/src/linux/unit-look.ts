/** What systemd has of a unit, compared with its definition. */
import { HoldfastError } from '@holdfast/contract';
import type { StarterState } from '@holdfast/ports';
import { type AskProgram, shownProperties } from './systemd.ts';
import { unitText } from './unit-files.ts';

export type UnitDefinition = {
  readonly unit: string;
  readonly text: string;
  /** It is the one that is enabled and started; the others are started by it. */
  readonly leads: boolean;
};

export type UnitState = StarterState & {
  /** Drop-ins of this unit that change what is ours to say. */
  readonly changedBy: readonly string[];
};

const properties = [
  'LoadState',
  'ActiveState',
  'SubState',
  'FreezerState',
  'Result',
  'UnitFileState',
  'FragmentPath',
  'DropInPaths',
  'NeedDaemonReload',
  'WatchdogUSec',
  'WatchdogTimestampMonotonic',
].join(',');

/**
 * Settings by which the client would no longer start, or not be able to do its work. All others (limits, environment,
 * order) are the administrator's.
 */
const ours =
  /^\s*(?:Exec\w+|Type|Restart|NotifyAccess|User|Group|DynamicUser|Root\w+|Condition\w+|Assert\w+|Refuse\w+|StartLimit\w+|On\w+|Unit|Protect\w+|Private\w+|ReadOnlyPaths|InaccessiblePaths|NoExecPaths|TemporaryFileSystem|MemoryDenyWriteExecute|SystemCallFilter)\s*=/m;

/** Undefined where systemd has nothing of this name. @throws HoldfastError `system.failed` */
export async function showUnit(
  ask: AskProgram,
  unit: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const answer = await ask('systemctl', ['show', `--property=${properties}`, '--', unit]);
  const [shown] = shownProperties(answer?.output ?? '');
  if (answer?.code !== 0 || shown === undefined) throw refusal(`systemd does not tell of ${unit}`, answer);
  return shown.get('LoadState') === 'not-found' ? undefined : shown;
}

/** @throws HoldfastError `system.failed` */
export async function systemctl(
  ask: AskProgram,
  words: readonly string[],
  timeoutMs?: number,
): Promise<void> {
  const answer = await ask('systemctl', words, timeoutMs);
  if (answer?.code !== 0)
    throw refusal(`systemctl ${words.filter((word) => word !== '--').join(' ')}`, answer);
}

function refusal(happened: string, answer: Awaited<ReturnType<AskProgram>>): HoldfastError {
  const said = answer === undefined ? 'systemctl is missing' : answer.error.trim().split('\n', 1).join('');
  return new HoldfastError('system.failed', `${happened}: ${said === '' ? 'it does not say why' : said}`, {
    details: { exitCode: answer?.code ?? -1 },
  });
}

export async function lookAtUnit(ask: AskProgram, definition: UnitDefinition): Promise<UnitState> {
  const { unit, leads } = definition;
  const shown = await showUnit(ask, unit);
  if (shown === undefined) {
    return { ...nothing, reason: `there is no ${unit}` };
  }
  const of = (name: string) => shown.get(name) ?? '';
  const text = await unitText(of('FragmentPath'));
  const changedBy = await changingDropIns(unit, of('DropInPaths'));
  const masked = of('LoadState') === 'masked' || of('UnitFileState').startsWith('masked');
  const active = !leads || of('ActiveState') === 'active';
  const enabled = !masked && (!leads || of('UnitFileState') === 'enabled');
  const wrong: string[] = [];
  if (masked) wrong.push(`${unit} is masked`);
  else if (text === undefined) wrong.push(`the file of ${unit} is gone`);
  else if (text !== definition.text) wrong.push(`${of('FragmentPath')} is not as it was installed`);
  if (changedBy.length > 0) wrong.push(`${changedBy.join(', ')} changes what ${unit} does`);
  if (of('NeedDaemonReload') === 'yes') wrong.push(`systemd has read another ${unit} than there is now`);
  const asDefined = wrong.length === 0;
  if (!enabled && !masked) wrong.push(`${unit} is ${of('UnitFileState') || 'not enabled'}`);
  if (!active) wrong.push(`${unit} is ${inactiveWords(of('ActiveState'), of('SubState'), of('Result'))}`);
  const present = masked || text !== undefined;
  return { present, asDefined, enabled, active, reason: wrong.join('; '), changedBy };
}

const nothing: UnitState = {
  present: false,
  asDefined: false,
  enabled: false,
  active: false,
  reason: '',
  changedBy: [],
};

/** What has stopped well was asked to: by whom systemd does not write down. */
function inactiveWords(active: string, sub: string, result: string): string {
  const state = active === sub ? active : `${active} (${sub})`;
  if (active === 'inactive' && result === 'success') return `${state}: somebody stopped it, or it never ran`;
  return result === '' || result === 'success' ? state : `${state}: ${result}`;
}

/** Only those of the unit itself: what is said of all units is the system's. Paths with spaces are quoted by nobody. */
async function changingDropIns(unit: string, paths: string): Promise<readonly string[]> {
  const changing: string[] = [];
  for (const path of paths.split(' ').filter((one) => one.includes(`/${unit}.d/`))) {
    if (ours.test((await unitText(path)) ?? '')) changing.push(path);
  }
  return changing;
}

/** A starter is what all its units are. */
export function combined(states: readonly UnitState[]): StarterState {
  return {
    present: states.every(({ present }) => present),
    asDefined: states.every(({ asDefined }) => asDefined),
    enabled: states.every(({ enabled }) => enabled),
    active: states.every(({ active }) => active),
    reason: states
      .map(({ reason }) => reason)
      .filter((reason) => reason !== '')
      .join('; '),
  };
}
