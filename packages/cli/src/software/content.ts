/** A file or folder on its way into a package: listed, hashed, and sent. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type ContentFile, HoldfastError, RelativePath } from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import type { Api } from '../api.ts';

/** A file of the package to be, and where it lies here. */
export type LocalFile = ContentFile & { readonly source: string };

/** The limit of a package in the contract. */
const mostFiles = 100_000;
const relativePath = Compile(RelativePath);

async function hashFile(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

/** Paths of all files below a folder, `/` between names, sorted. Links and special files are refused. */
async function walk(folder: string, prefix: string, found: string[]): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = prefix + entry.name;
    if (entry.isDirectory()) {
      await walk(join(folder, entry.name), `${path}/`, found);
    } else if (entry.isFile() && relativePath.Check(path)) {
      found.push(path);
    } else {
      throw new HoldfastError(
        'request.invalid',
        entry.isFile()
          ? `${path} cannot be a path in a package (no : or \\ in names, at most 1,024 characters).`
          : `${path} is neither a file nor a folder; a package holds no links: put them into an archive.`,
      );
    }
    if (found.length > mostFiles) {
      throw new HoldfastError('request.too-large', `A package has at most ${mostFiles} files.`);
    }
  }
  return found;
}

/**
 * The files of a package made of this file or folder, hashed.
 * @throws HoldfastError `disk.not-found`, `request.invalid`, `request.too-large`
 */
export async function localFiles(path: string): Promise<LocalFile[]> {
  const source = resolve(path);
  const target = await stat(source).catch((cause: unknown) => {
    throw new HoldfastError('disk.not-found', `There is no file or folder ${path}.`, { cause });
  });
  if (target.isFile()) {
    const name = basename(source);
    if (!relativePath.Check(name)) {
      throw new HoldfastError('request.invalid', `${name} cannot be a file name in a package.`);
    }
    return [{ path: name, source, ...(await hashFile(source)) }];
  }
  const paths = await walk(source, '', []);
  if (paths.length === 0) throw new HoldfastError('request.invalid', `${path} has no files in it.`);
  const files: LocalFile[] = [];
  for (const name of paths) {
    files.push({ path: name, source: join(source, name), ...(await hashFile(join(source, name))) });
  }
  return files;
}

export type UploadProgress = (sent: { files: number; of: number; bytes: number; total: number }) => void;

/**
 * Sends what the site does not have, each hash once.
 * @returns how many bytes were sent, and how many files the site had already
 * @throws HoldfastError `conflict` where a file changed after it was hashed
 */
export async function upload(
  api: Api,
  files: readonly LocalFile[],
  progress: UploadProgress,
): Promise<{ sent: number; known: number }> {
  const distinct = [...new Map(files.map((file) => [file.sha256, file])).values()];
  const total = distinct.reduce((sum, file) => sum + file.size, 0);
  const result = { sent: 0, known: 0 };
  let bytes = 0;
  for (const [index, file] of distinct.entries()) {
    progress({ files: index, of: distinct.length, bytes, total });
    bytes += file.size;
    const now = await lstat(file.source);
    if (!now.isFile() || now.size !== file.size) {
      throw new HoldfastError('conflict', `${file.path} changed while the package was made of it.`);
    }
    if (await api.has(file)) {
      result.known += 1;
      continue;
    }
    const answer = await api.upload({ path: file.source, size: file.size, sha256: file.sha256 });
    if (answer.sha256 !== file.sha256) {
      throw new HoldfastError('content.hash-mismatch', `The site has other bytes for ${file.path}.`);
    }
    result.sent += file.size;
    if (answer.known) result.known += 1;
  }
  progress({ files: distinct.length, of: distinct.length, bytes, total });
  return result;
}
