/** `holdfast package`: content with its name and version. */
import {
  HoldfastError,
  type InstallerDescription,
  type PackageDetail,
  PackageSummary,
  Program,
  type ProgramCreate,
} from '@holdfast/contract';
import type { Command } from 'commander';
import { type LocalFile, localFiles } from '../software/content.ts';
import { debianSoftware } from '../software/debian.ts';
import { describeInstaller, onlyInstaller } from '../software/windows-installer.ts';
import { bytes, facts, type Surroundings, table, when } from '../terminal.ts';
import { findPackage } from './find.ts';
import { sendFiles } from './send-files.ts';
import { type ApiSession, apiVerb, argument, number, runOverApi, text, withList } from './verb.ts';

type Described = {
  readonly name: string;
  readonly version: string;
  readonly publisher?: string;
  readonly program?: ProgramCreate;
  /** What was found in an .msi, and why the program is as it is. */
  readonly installer?: { readonly description: InstallerDescription; readonly notes: readonly string[] };
};

function required(value: string | undefined, option: string): string {
  if (value === undefined)
    throw new HoldfastError('request.invalid', `Name the package: ${option} is missing.`);
  return value;
}

/** What the options say goes before what the package says of itself. */
function named(said: Omit<Described, 'installer'>, options: Record<string, unknown>): Described {
  const publisher = text(options, 'publisher') ?? said.publisher;
  return {
    name: text(options, 'name') ?? said.name,
    version: text(options, 'version') ?? said.version,
    ...(publisher === undefined || publisher === '' ? {} : { publisher }),
    ...(said.program === undefined || options.program === false ? {} : { program: said.program }),
  };
}

/** Before anything is sent: a .deb says its own name, an .msi says it once it is at the site, others must be named. */
async function describe(
  path: string,
  files: readonly LocalFile[],
  options: Record<string, unknown>,
): Promise<Described | LocalFile> {
  if (options.program !== false && path.endsWith('.deb')) return named(await debianSoftware(path), options);
  const installer = onlyInstaller(files);
  if (installer !== undefined) return installer;
  return named(
    {
      name: required(text(options, 'name'), '--name'),
      version: required(text(options, 'version'), '--version'),
    },
    options,
  );
}

async function asSiteSays(
  session: ApiSession,
  file: LocalFile,
  options: Record<string, unknown>,
): Promise<Described> {
  const { description, software } = await describeInstaller(session.api, file);
  return { ...named(software, options), installer: { description, notes: software.notes } };
}

async function add(session: ApiSession, path: string, options: Record<string, unknown>): Promise<void> {
  const { api } = session;
  const files = await localFiles(path);
  const found = await describe(path, files, options);
  const known = await sendFiles(session, files);
  const described = 'source' in found ? await asSiteSays(session, found, options) : found;
  const created = await api.send(PackageSummary, 'POST', '/packages', {
    name: described.name,
    version: described.version,
    ...(described.publisher === undefined ? {} : { publisher: described.publisher }),
    files: files.map((file) => ({ path: file.path, size: file.size, sha256: file.sha256 })),
  });
  const programs = described.program
    ? [await api.send(Program, 'POST', `/packages/${created.id}/programs`, described.program)]
    : [];
  const { installer } = described;
  const document = {
    ...created,
    programs: programs.length,
    programList: programs,
    ...(installer === undefined ? {} : { installer: installer.description }),
  };
  session.answer(document, () =>
    facts([
      ['package', `${created.name} ${created.version}`],
      ['id', created.id],
      ['content', `${created.files} files, ${bytes(created.bytes)} (${known} were at the site already)`],
      ...installerFacts(installer?.description),
      ...(programs.length === 0
        ? [['program', 'none yet: holdfast program add'] as const]
        : programs.flatMap(programFacts)),
      ...(programs.length === 0 ? [] : (installer?.notes ?? [])).map((note) => ['note', note] as const),
    ]),
  );
}

type Fact = readonly [string, string | number | undefined];

/** What an .msi says of itself. */
function installerFacts(description: InstallerDescription | undefined): Fact[] {
  if (description === undefined) return [];
  const { features, totals } = description;
  const optional = features.filter(({ byDefault }) => !byDefault).map(({ id }) => id);
  return [
    ['product code', description.productCode ?? undefined],
    ['upgrade code', description.upgradeCode ?? undefined],
    ['publisher', description.publisher ?? undefined],
    ['language', description.language ?? undefined],
    ['architecture', description.architecture],
    ['features', features.map(({ id }) => id).join(', ')],
    [
      'not installed',
      optional.length === 0 ? undefined : `${optional.join(', ')} (unless ADDLOCAL asks for it)`,
    ],
    ['files', `${totals.files}, ${bytes(totals.bytes)} once installed`],
  ];
}

function programFacts(one: Program): Fact[] {
  return [
    ['program', `${one.name} (${one.platform})`],
    ['install', one.install],
    ['repair', one.repair],
    ['uninstall', one.uninstall],
    ['detection', one.detection.map((rule) => JSON.stringify(rule)).join(' ')],
  ];
}

function shown(detail: PackageDetail, columns: number | undefined): string {
  const about = facts([
    ['package', `${detail.name} ${detail.version}`],
    ['id', detail.id],
    ['publisher', detail.publisher || undefined],
    ['created', when(detail.createdAt)],
    ['content', `${detail.files} files, ${bytes(detail.bytes)}`],
  ]);
  const programs = detail.programList.map((one) => facts([...programFacts(one), ['id', one.id]]));
  const contents = table(
    detail.contents,
    [
      { title: 'FILE', value: (file) => file.path },
      { title: 'SIZE', value: (file) => bytes(file.size), whole: true },
    ],
    columns,
  );
  return [about, ...programs, contents].join('\n\n');
}

export function packageVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program.command('package').description('content with a name and a version');

  const list = withList(
    apiVerb(noun, 'list', 'list packages', ['package list', 'package list --search putty --json']),
  );
  runOverApi(list, surroundings, async (session, _values, options) => {
    const page = await session.api.list(PackageSummary, '/packages', number(options, 'limit', 100), {
      search: text(options, 'search'),
    });
    session.answer({ items: page.items, total: page.total }, () =>
      table(
        page.items,
        [
          { title: 'ID', value: (row) => row.id, whole: true },
          { title: 'NAME', value: (row) => row.name },
          { title: 'VERSION', value: (row) => row.version },
          { title: 'SIZE', value: (row) => bytes(row.bytes), whole: true },
          { title: 'PROGRAMS', value: (row) => row.programs },
        ],
        surroundings.columns,
      ),
    );
  });

  const show = apiVerb(noun, 'show <package>', 'show a package: by id, name, or name@version', [
    'package show putty@0.68',
    'package show putty --json',
  ]);
  runOverApi(show, surroundings, async (session, values) => {
    const detail = await findPackage(session.api, argument(values, 0));
    session.answer(detail, () => shown(detail, surroundings.columns));
  });

  const addVerb = apiVerb(
    noun,
    'add <path>',
    'make a package of a file or folder, and upload what the site lacks',
    [
      'package add hello_1.0_amd64.deb',
      'package add putty-0.68-installer.msi',
      'package add putty-0.68-installer.msi --name PuTTY --version 0.68 --json',
      'package add ./tools --name tools --version 7 --publisher "Our own" --json',
    ],
  )
    .option('--name <name>', 'name of the package (a .deb or .msi says its own)')
    .option('--version <version>', 'version of the package (a .deb or .msi says its own)')
    .option('--publisher <name>', 'who made it')
    .option('--no-program', 'only the content: no program is filled in for a .deb or .msi');
  runOverApi(addVerb, surroundings, (session, values, options) => add(session, argument(values, 0), options));

  const remove = apiVerb(noun, 'delete <package>', 'delete a package that is not deployed', [
    'package delete putty@0.68',
  ]);
  runOverApi(remove, surroundings, async (session, values) => {
    const detail = await findPackage(session.api, argument(values, 0));
    await session.api.change('DELETE', `/packages/${detail.id}`);
    session.answer({ id: detail.id, deleted: true }, () =>
      facts([['deleted', `${detail.name} ${detail.version}`]]),
    );
  });
}
