/** Fetching content by hash into the cache: resumable, never longer than declared, verified from the disk. */
import { type ContentFile, HoldfastError, isHoldfastError, mpPaths } from '@holdfast/contract';
import { hashFile, removeIfThere, withOpen } from '@holdfast/engine';
import type { Folder, NetworkResponse, OpenFile, TlsIdentity } from '@holdfast/ports';
import { errorOf, isPage, leave, type Site } from '../site.ts';

/** Times that a download which was cut off goes on at once, if each time brought more of it. */
const resumeLimit = 8;

/**
 * Mode of content: its owner may read and run it. Packages carry no modes, and a command line may name a script or
 * program in its content.
 */
export const contentMode = 0o700;

export type DownloadPorts = {
  readonly site: Site;
  readonly now: () => number;
  /** Route that serves by hash, below the address of the site; that of the content of deployments unless given. */
  readonly route?: string;
};

/**
 * Has `cache/<sha256>` hold the content. What arrived of a broken download stays as `<sha256>.part` and is gone on
 * from; whatever it holds, the hash of the whole file on the disk decides.
 *
 * @throws HoldfastError `content.hash-mismatch` (nothing is kept), `content.not-found`, `network.*`, `disk.*`
 */
export async function download(
  ports: DownloadPorts,
  cache: Folder,
  file: ContentFile,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (await cache.entry(file.sha256)) {
    if ((await hashFile(cache, file.sha256)).sha256 === file.sha256) return;
    await removeIfThere(cache, file.sha256);
  }
  const part = `${file.sha256}.part`;
  try {
    await fillPart(ports, cache, part, file, tls, signal);
    if ((await hashFile(cache, part)).sha256 !== file.sha256) throw mismatch(file, 'its hash differs');
  } catch (thrown) {
    // A full disk needs the room more than the download does: the journal is on it.
    if (isHoldfastError(thrown, 'content.hash-mismatch', 'content.range-invalid', 'disk.full')) {
      await removeIfThere(cache, part);
    }
    throw thrown;
  }
  await cache.rename(part, { name: file.sha256 });
  await cache.sync();
}

async function fillPart(
  ports: DownloadPorts,
  cache: Folder,
  part: string,
  file: ContentFile,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  return await withOpen(openPart(cache, part, file), async (handle) => {
    for (let tries = 1; ; tries++) {
      const before = await handle.size();
      if (before === file.size) break;
      try {
        await fetchRest(ports, handle, before, file, tls, signal);
      } catch (thrown) {
        const cutOff = isHoldfastError(thrown, 'network.unreachable', 'network.timeout');
        if (!cutOff || tries >= resumeLimit || (await handle.size()) <= before) throw thrown;
      }
    }
    await handle.sync();
  });
}

async function openPart(cache: Folder, part: string, file: ContentFile): Promise<OpenFile> {
  const entry = await cache.entry(part);
  if (entry && (entry.kind !== 'file' || entry.size > file.size)) await removeIfThere(cache, part);
  else if (entry) return await cache.edit(part);
  return await cache.create(part, { mode: contentMode });
}

/** Writes what the site sends behind `start`; resolves only when the declared size is reached. */
async function fetchRest(
  ports: DownloadPorts,
  handle: OpenFile,
  start: number,
  file: ContentFile,
  tls: TlsIdentity,
  signal: AbortSignal | undefined,
): Promise<void> {
  const response = await ports.site.request({
    method: 'GET',
    path: `${ports.route ?? mpPaths.content}/${file.sha256}`,
    headers: start > 0 ? { range: `bytes=${start}-` } : {},
    tls,
    signal,
  });
  await refusePages(response, start, file);
  let position = await startOf(response, start, ports);
  if (position < start) await handle.truncate(position);
  for await (const chunk of response.body) {
    if (position + chunk.length > file.size) throw mismatch(file, 'it is longer than declared');
    await handle.write(position, chunk);
    position += chunk.length;
  }
  if (position < file.size) {
    throw new HoldfastError('network.unreachable', 'The download was cut off.', {
      details: { bytes: position, of: file.size },
    });
  }
}

/**
 * What proxies and portals answer in the place of any site, told from content before a byte of it is written. Content of
 * any kind is served as bytes without a type of their own.
 *
 * @throws HoldfastError `network.response-invalid`
 */
async function refusePages(response: NetworkResponse, start: number, file: ContentFile): Promise<void> {
  const { status, headers } = response;
  if (status !== 200 && status !== 206) return;
  const type = headers['content-type'] ?? '';
  const length = headers['content-length'];
  const expected = status === 206 ? file.size - start : file.size;
  const page = isPage(response);
  if (!page && (length === undefined || Number(length) === expected)) return;
  await leave(response);
  throw new HoldfastError(
    'network.response-invalid',
    page ? 'A web page came in the place of the content.' : 'The answer has another length than the content.',
    { details: { type: type.slice(0, 100), length: (length ?? '').slice(0, 20), expected } },
  );
}

/** Where the bytes of an answer belong: a site or proxy may send the whole again instead of the range. */
async function startOf(response: NetworkResponse, wanted: number, ports: DownloadPorts): Promise<number> {
  if (response.status === 200) return 0;
  if (response.status === 206) {
    const range = response.headers['content-range'] ?? '';
    if (new RegExp(`^bytes ${wanted}-`).test(range)) return wanted;
    await leave(response);
    throw new HoldfastError('content.range-invalid', 'The site sent another range than was asked for.');
  }
  throw await errorOf(response, ports.now());
}

function mismatch(file: ContentFile, why: string): HoldfastError {
  return new HoldfastError('content.hash-mismatch', `The content of ${file.path} was refused: ${why}.`, {
    details: { sha256: file.sha256 },
  });
}
