/** `holdfast package`: content with its name and version. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  HoldfastError,
  type PackageDetail,
  PackageSummary,
  Program,
  type ProgramCreate,
} from '@holdfast/contract';
import type { Command } from 'commander';
import { type LocalFile, localFiles, upload } from '../software/content.ts';
import { debianSoftware } from '../software/debian.ts';
import { installerProgram } from '../software/windows-installer.ts';
import { bytes, facts, type Surroundings, table, when } from '../terminal.ts';
import { findPackage } from './find.ts';
import { type ApiSession, apiVerb, argument, number, runOverApi, text, withList } from './verb.ts';

type Described = { name: string; version: string; publisher?: string; program?: ProgramCreate };

function required(value: string | undefined, option: string): string {
  if (value === undefined)
    throw new HoldfastError('request.invalid', `Name the package: ${option} is missing.`);
  return value;
}

/** Name, version and program as given, the rest as the package itself says where it is a .deb or .msi. */
async function describe(path: string, options: Record<string, unknown>): Promise<Described> {
  if (!existsSync(path)) throw new HoldfastError('disk.not-found', `There is no ${path}.`);
  const name = text(options, 'name');
  const version = text(options, 'version');
  const publisher = text(options, 'publisher');
  const given = publisher === undefined ? {} : { publisher };
  const withProgram = options.program !== false;
  if (withProgram && path.endsWith('.deb')) {
    const software = await debianSoftware(path);
    return { ...software, name: name ?? software.name, version: version ?? software.version, ...given };
  }
  const named = { name: required(name, '--name'), version: required(version, '--version'), ...given };
  const productCode = text(options, 'productCode');
  if (withProgram && path.endsWith('.msi') && productCode !== undefined) {
    return { ...named, program: installerProgram(basename(path), productCode) };
  }
  return named;
}

/** Uploads with one line of progress on standard error, overwritten where it is a terminal. */
async function send(session: ApiSession, files: readonly LocalFile[]): Promise<number> {
  const { surroundings } = session;
  const { known } = await upload(session.api, files, (sent) => {
    if (surroundings.progress) {
      surroundings.error(
        `\rsending ${sent.files}/${sent.of} files, ${bytes(sent.bytes)} of ${bytes(sent.total)}   `,
      );
    }
  });
  if (surroundings.progress) surroundings.error('\n');
  return known;
}

async function add(session: ApiSession, path: string, options: Record<string, unknown>): Promise<void> {
  const { api } = session;
  const described = await describe(path, options);
  const files = await localFiles(path);
  const known = await send(session, files);
  const created = await api.send(PackageSummary, 'POST', '/packages', {
    name: described.name,
    version: described.version,
    ...(described.publisher === undefined ? {} : { publisher: described.publisher }),
    files: files.map((file) => ({ path: file.path, size: file.size, sha256: file.sha256 })),
  });
  const programs = described.program
    ? [await api.send(Program, 'POST', `/packages/${created.id}/programs`, described.program)]
    : [];
  session.answer({ ...created, programs: programs.length, programList: programs }, () =>
    facts([
      ['package', `${created.name} ${created.version}`],
      ['id', created.id],
      ['content', `${created.files} files, ${bytes(created.bytes)} (${known} were at the site already)`],
      ['program', programs.map((one) => one.name).join(', ') || 'none yet: holdfast program add'],
    ]),
  );
}

function shown(detail: PackageDetail, columns: number | undefined): string {
  const about = facts([
    ['package', `${detail.name} ${detail.version}`],
    ['id', detail.id],
    ['publisher', detail.publisher || undefined],
    ['created', when(detail.createdAt)],
    ['content', `${detail.files} files, ${bytes(detail.bytes)}`],
  ]);
  const programs = detail.programList.map((one) =>
    facts([
      ['program', `${one.name} (${one.platform})`],
      ['id', one.id],
      ['install', one.install],
      ['repair', one.repair],
      ['uninstall', one.uninstall],
      ['detection', one.detection.map((rule) => JSON.stringify(rule)).join(' ')],
    ]),
  );
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
      'package add putty-0.68-installer.msi --name PuTTY --version 0.68 --product-code "{...}"',
      'package add ./tools --name tools --version 7 --publisher "Our own" --json',
    ],
  )
    .option('--name <name>', 'name of the package (a .deb says its own)')
    .option('--version <version>', 'version of the package (a .deb says its own)')
    .option('--publisher <name>', 'who made it')
    .option('--product-code <code>', 'product code of an .msi: adds its install, repair and uninstall lines')
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
