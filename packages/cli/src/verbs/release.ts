/** `holdfast release`: releases of the client that the site hands out. */
import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  ClientRelease,
  ClientReleaseSummary,
  ClientReleases,
  Envelope,
  HoldfastError,
} from '@holdfast/contract';
import type { Command } from 'commander';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type LocalFile, localFiles } from '../software/content.ts';
import { bytes, facts, type Surroundings, table, when } from '../terminal.ts';
import { sendFiles } from './send-files.ts';
import { type ApiSession, apiVerb, argument, runOverApi, text } from './verb.ts';

/** What a build of the client writes beside its packages. */
const names = { release: 'release.json', key: 'release-key.pub.pem' } as const;

async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HoldfastError('disk.not-found', `${path} cannot be read.`, { cause });
  });
}

/** Whether a text is JSON of this shape, as a type. */
function parsed<T extends TSchema>(schema: T, words: string, what: string) {
  const shape = Compile(schema);
  try {
    const value: unknown = JSON.parse(words);
    if (shape.Check(value)) return value;
  } catch {
    // Said below, as for every other shape.
  }
  throw new HoldfastError('request.invalid', `${what} is no signed release of the client.`);
}

/** PEM of the public half: of a private key nothing else leaves this machine. */
function publicHalf(pem: string, path: string): string {
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'pem' }).toString();
  } catch (cause) {
    throw new HoldfastError('request.invalid', `${path} holds no key.`, { cause });
  }
}

/** The packages and archives that the release names, as they lie in the folder. */
async function packagesIn(folder: string, envelope: Envelope): Promise<LocalFile[]> {
  const release = parsed(ClientRelease, envelope.payload, names.release);
  const files: LocalFile[] = [];
  for (const { name, sha256, size } of [...release.packages, ...(release.archives ?? [])]) {
    const [file] = await localFiles(join(folder, name));
    if (file?.sha256 !== sha256 || file.size !== size) {
      throw new HoldfastError('content.hash-mismatch', `${name} is not the package that was released.`);
    }
    files.push(file);
  }
  return files;
}

function shown(release: ClientReleaseSummary, columns: number | undefined): string {
  const about = facts([
    ['version', release.newest ? `${release.version}, the newest` : release.version],
    ['floor', release.floor],
    ['release key', release.keyId],
    ['added', when(release.addedAt)],
    ['clients', release.clients],
  ]);
  const packages = table(
    [...release.packages, ...release.archives],
    [
      { title: 'PACKAGE', value: (row) => row.name, whole: true },
      { title: 'FOR', value: (row) => `${row.platform} ${row.architecture}` },
      { title: 'SIZE', value: (row) => bytes(row.size), whole: true },
      { title: 'SHA-256', value: (row) => row.sha256, whole: true },
    ],
    columns,
  );
  return `${about}\n\n${packages}`;
}

async function add(session: ApiSession, path: string, options: Record<string, unknown>): Promise<void> {
  const folder = resolve(path);
  const envelope = parsed(Envelope, await readText(join(folder, names.release)), names.release);
  const keyFile = text(options, 'releaseKey') ?? join(folder, names.key);
  const releaseKey = publicHalf(await readText(keyFile), keyFile);
  const files = await packagesIn(folder, envelope);
  session.note(`release key ${envelope.keyId}`);
  await sendFiles(session, files);
  const replaceKey = options.trustNewKey === true;
  const trusted = replaceKey || options.trust === true;
  const added = await session.api.send(ClientReleaseSummary, 'POST', '/client-releases', {
    release: envelope,
    releaseKey,
    ...(trusted ? { trust: envelope.keyId } : {}),
    ...(replaceKey ? { replaceKey } : {}),
  });
  session.answer(added, () => shown(added, session.surroundings.columns));
}

export function releaseVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program.command('release').description('releases of the client that the site hands out');

  const addVerb = apiVerb(noun, 'add <folder>', 'add the release that a build of the client has written', [
    'release add dist/client --trust',
    'release add dist/client',
    'release add dist/client --release-key release-key.pem --trust-new-key --json',
  ])
    .option('--trust', 'have the site trust the key of this release; needed once')
    .option('--trust-new-key', 'have the site trust this key in place of the one that it trusts now')
    .option(
      '--release-key <file>',
      `the key that signed it (${names.key} in the folder); only its public half is sent`,
    );
  runOverApi(addVerb, surroundings, (session, values, options) => add(session, argument(values, 0), options));

  const list = apiVerb(noun, 'list', 'list releases, the newest version first', [
    'release list',
    'release list --json',
  ]);
  runOverApi(list, surroundings, async (session) => {
    const releases = await session.api.get(ClientReleases, '/client-releases');
    session.answer(releases, () =>
      table(
        releases.items,
        [
          { title: 'VERSION', value: (row) => row.version, whole: true },
          { title: 'FLOOR', value: (row) => row.floor },
          { title: 'CLIENTS', value: (row) => row.clients },
          { title: 'PACKAGES', value: (row) => row.packages.length },
          { title: 'ADDED', value: (row) => when(row.addedAt) },
          { title: '', value: (row) => (row.newest ? 'newest' : '') },
        ],
        surroundings.columns,
      ),
    );
    session.note(releases.keyId === null ? 'no release key is trusted yet' : `release key ${releases.keyId}`);
  });

  const show = apiVerb(noun, 'show <version>', 'show a release and its packages', ['release show 0.1.0']);
  runOverApi(show, surroundings, async (session, values) => {
    const version = encodeURIComponent(argument(values, 0));
    const release = await session.api.get(ClientReleaseSummary, `/client-releases/${version}`);
    session.answer(release, () => shown(release, surroundings.columns));
  });

  const remove = apiVerb(noun, 'delete <version>', 'delete a release that no client has', [
    'release delete 0.1.0',
  ]);
  runOverApi(remove, surroundings, async (session, values) => {
    const version = argument(values, 0);
    await session.api.change('DELETE', `/client-releases/${encodeURIComponent(version)}`);
    session.answer({ version, deleted: true }, () => facts([['deleted', version]]));
  });
}
