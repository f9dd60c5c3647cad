/** The definition of a scheduled task as XML, and what of it stands in the XML that the system keeps. Source: [MS-TSCH] 2.5. */

/** Absolute path of the element, and its text. */
export type Leaf = { readonly path: string; readonly text: string };

export type TaskDefinition = {
  /** `\Folder\Name` */
  readonly path: string;
  readonly description: string;
  /** Absolute path of the program, without arguments. */
  readonly command: string;
  /** Periods as XML Schema writes them: `PT5M`. From the start of the machine. */
  readonly bootDelay: string;
  readonly interval: string;
  /** By so much at most each run of the interval is late, drawn anew each time. */
  readonly spread: string;
  readonly timeLimit: string;
};

/** The machine woke up. */
const wakeQuery =
  '<QueryList><Query Id="0" Path="System"><Select Path="System">' +
  "*[System[Provider[@Name='Microsoft-Windows-Power-Troubleshooter'] and EventID=1]]" +
  '</Select></Query></QueryList>';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => escapes[character] ?? '');

type Element = readonly [name: string, content: string | readonly Element[]];

/** In the order of the schema. */
function elements(task: TaskDefinition, enabled: boolean): readonly Element[] {
  return [
    ['RegistrationInfo', [['Description', task.description]]],
    [
      'Triggers',
      [
        [
          'BootTrigger',
          [
            ['Enabled', 'true'],
            ['Delay', task.bootDelay],
          ],
        ],
        [
          'EventTrigger',
          [
            ['Enabled', 'true'],
            ['Subscription', wakeQuery],
          ],
        ],
        [
          'TimeTrigger',
          [
            ['Repetition', [['Interval', task.interval]]],
            // Some moment in the past: from then on without an end.
            ['StartBoundary', '2026-01-01T00:00:00'],
            ['Enabled', 'true'],
            ['RandomDelay', task.spread],
          ],
        ],
      ],
    ],
    [
      'Principals',
      [
        [
          'Principal',
          [
            ['UserId', 'S-1-5-18'],
            ['RunLevel', 'HighestAvailable'],
          ],
        ],
      ],
    ],
    [
      'Settings',
      [
        ['MultipleInstancesPolicy', 'IgnoreNew'],
        ['DisallowStartIfOnBatteries', 'false'],
        ['StopIfGoingOnBatteries', 'false'],
        ['AllowHardTerminate', 'true'],
        ['StartWhenAvailable', 'true'],
        ['RunOnlyIfNetworkAvailable', 'false'],
        ['Enabled', String(enabled)],
        ['RunOnlyIfIdle', 'false'],
        ['ExecutionTimeLimit', task.timeLimit],
      ],
    ],
    ['Actions', [['Exec', [['Command', task.command]]]]],
  ];
}

function written(list: readonly Element[], indent: string): string {
  return list
    .map(([name, content]) =>
      typeof content === 'string'
        ? `${indent}<${name}>${escaped(content)}</${name}>\r\n`
        : `${indent}<${name}>\r\n${written(content, `${indent}  `)}${indent}</${name}>\r\n`,
    )
    .join('');
}

/** As `schtasks /create /xml` reads it, apart from its encoding. */
export function taskXml(task: TaskDefinition, enabled: boolean): string {
  const namespace = 'http://schemas.microsoft.com/windows/2004/02/mit/task';
  return (
    '<?xml version="1.0" encoding="UTF-16"?>\r\n' +
    `<Task version="1.2" xmlns="${namespace}">\r\n${written(elements(task, enabled), '  ')}</Task>\r\n`
  );
}

function leaves(list: readonly Element[], above: string): Leaf[] {
  return list.flatMap(([name, content]) => {
    const path = `${above}/${name}`;
    return typeof content === 'string' ? [{ path, text: content }] : leaves(content, path);
  });
}

const names: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** A character that a code page lost is as good as the one that it was. */
function plain(text: string): string {
  return text
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
      if (name !== undefined) return names[name] ?? whole;
      const code = Number.parseInt(decimal ?? hexadecimal, decimal === undefined ? 16 : 10);
      return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/[^\x20-\x7e]/gu, '?');
}

/** Elements without elements in them, below `Task`. Only as much of XML as a task is written in. */
export function taskLeaves(xml: string): readonly Leaf[] {
  const found: Leaf[] = [];
  const open: { name: string; leaf: boolean }[] = [];
  const token = /<(\/?)([A-Za-z]\w*)(?:\s[^<>]*?)?(\/?)>([^<]*)/g;
  for (const [, closing, name = '', empty, text = ''] of xml.matchAll(token)) {
    if (closing !== '') {
      open.pop();
      continue;
    }
    const [, ...above] = [...open.map((one) => one.name), name];
    // An element that has ended at once holds nothing; what follows it belongs to its parent.
    if (empty !== '') continue;
    open.push({ name, leaf: true });
    if (text.trim() !== '') found.push({ path: `/${above.join('/')}`, text: plain(text.trim()) });
  }
  return found;
}

/** What the system takes where an element is not there. Source: [MS-TSCH] 2.5, XML Task Definition Language. */
const defaults: Readonly<Record<string, string>> = {
  '/Triggers/BootTrigger/Enabled': 'true',
  '/Triggers/EventTrigger/Enabled': 'true',
  '/Triggers/TimeTrigger/Enabled': 'true',
  '/Settings/MultipleInstancesPolicy': 'IgnoreNew',
  '/Settings/AllowHardTerminate': 'true',
  '/Settings/StartWhenAvailable': 'false',
  '/Settings/RunOnlyIfNetworkAvailable': 'false',
  '/Settings/Enabled': 'true',
  '/Settings/RunOnlyIfIdle': 'false',
};

const enabledPath = '/Settings/Enabled';
/** Below these nothing may stand that is not ours; elsewhere the system adds what it likes. */
const closed = ['/Triggers/', '/Actions/'];
/** What says nothing: how often a time trigger began, and what is so by default. */
const harmless = new Set(['/Triggers/TimeTrigger/Repetition/StopAtDurationEnd']);

export type TaskLook = {
  /** What is wrong with it, each as a clause. */
  readonly differences: readonly string[];
  readonly enabled: boolean;
};

/**
 * Compares what the system keeps of a task with its definition.
 * @param kept which parts the system keeps: all, or the settings alone
 */
export function compareTask(xml: string, task: TaskDefinition, kept: 'all' | 'settings'): TaskLook {
  const found = taskLeaves(xml);
  const wanted = leaves(elements(task, true), '').filter(
    ({ path }) => path !== enabledPath && !path.startsWith('/RegistrationInfo/'),
  );
  const compared = wanted.filter(({ path }) => kept === 'all' || path.startsWith('/Settings/'));
  const textOf = (path: string) => found.find((leaf) => leaf.path === path)?.text ?? defaults[path];
  const differing = compared.filter(({ path, text }) => textOf(path) !== plain(text));
  const foreign = found.filter(
    ({ path, text }, index) =>
      closed.some((part) => path.startsWith(part)) &&
      !harmless.has(path) &&
      (!wanted.some((leaf) => leaf.path === path && plain(leaf.text) === text) ||
        found.findIndex((leaf) => leaf.path === path) !== index),
  );
  const paths = new Set([...differing, ...(kept === 'all' ? foreign : [])].map(({ path }) => path));
  return {
    differences: [...paths].map((path) => `its ${path.slice(1).replaceAll('/', ' ')} is not as defined`),
    enabled: textOf(enabledPath) === 'true',
  };
}
