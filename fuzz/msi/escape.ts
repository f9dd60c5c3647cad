/** An opinion of its own on where paths lead: written without a look at the rules that it judges. */

const devices = new Set([
  'con',
  'prn',
  'aux',
  'nul',
  'conin$',
  'conout$',
  ...['com', 'lpt'].flatMap((port) => [...'0123456789¹²³'].map((number) => port + number)),
]);

/** Why a step of a path could lead out, be no file, or be another file than it says; undefined where it is plain. */
function whyNot(step: string): string | undefined {
  if (step.length === 0) return 'a step is empty';
  if (/^\.+$/.test(step)) return 'a step is only dots';
  for (const unit of step) {
    if (unit.codePointAt(0) === undefined || (unit.codePointAt(0) ?? 0) < 32) return 'a control character';
    if ('/\\:*?"<>|'.includes(unit)) return `the character ${unit}`;
    const point = unit.codePointAt(0) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) return 'half a character';
  }
  if (step.endsWith('.') || step.endsWith(' ')) return 'Windows takes its end away';
  const stem = (step.split('.')[0] ?? '').replace(/ +$/, '').toLowerCase();
  if (devices.has(stem)) return `the device ${stem}`;
  if (Buffer.byteLength(step) > 255) return 'a step is too long';
  return undefined;
}

/** NTFS and FAT: character by character, where the capital is one character too. */
function capitals(text: string): string {
  return [...text]
    .map((one) => {
      const capital = one.toUpperCase();
      return capital.length === one.length ? capital : one;
    })
    .join('');
}

/** A path as file systems compare it that keep what they were given: as it is, without case, composed. */
const views: readonly ((path: string) => string)[] = [
  (path) => path,
  capitals,
  (path) => path.normalize('NFC').toLowerCase().normalize('NFC'),
  (path) => path.normalize('NFD').toUpperCase().normalize('NFD'),
];

/** Why these, each one plain, are not as many files in one folder. */
function collision(paths: readonly string[]): string | undefined {
  const files = new Set(paths);
  if (files.size < paths.length) return 'two files have one name';
  for (const file of files) {
    for (let at = file.indexOf('/'); at >= 0; at = file.indexOf('/', at + 1)) {
      if (files.has(file.slice(0, at))) return `${JSON.stringify(file.slice(0, at))} is file and folder`;
    }
  }
  return undefined;
}

/** Why these paths, accepted together, would not be as many files inside one folder. */
export function escapeOf(paths: readonly (readonly string[])[]): string | undefined {
  for (const path of paths) {
    if (path.length === 0) return 'a path is empty';
    for (const step of path) {
      const why = whyNot(step);
      if (why !== undefined) return `${why} in ${JSON.stringify(path)}`;
    }
  }
  for (const view of views) {
    const why = collision(paths.map((path) => view(path.join('/'))));
    if (why !== undefined) return `${why}: ${JSON.stringify(paths)}`;
  }
  return undefined;
}
