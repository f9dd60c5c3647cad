/** What is looked at before a release is taken: its signature, that it makes sense, and that all of it was uploaded. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  ClientRelease,
  type ClientReleaseAdd,
  HoldfastError,
  isHoldfastError,
  unseal,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import type { SiteContext } from '../context.ts';
import { refuseDamaged } from '../installer/model.ts';
import { contentSizes } from '../software/store.ts';
import { compareReleases } from './store.ts';

const releaseCheck = Compile(ClientRelease);

function readKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new HoldfastError('request.invalid', 'The release key cannot be read.', { cause });
  }
  throw new HoldfastError('request.invalid', 'The release key is not an Ed25519 key.');
}

/** What the envelope says, once its signature holds. @throws HoldfastError `release.untrusted`, `request.invalid` */
export function readRelease({ release, releaseKey }: ClientReleaseAdd): ClientRelease {
  let text: string;
  try {
    text = unseal('holdfast/client-release', release, readKey(releaseKey));
  } catch (cause) {
    if (!isHoldfastError(cause, 'policy.untrusted')) throw cause;
    throw new HoldfastError('release.untrusted', 'The release is not signed by the release key beside it.', {
      cause,
    });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new HoldfastError('request.invalid', 'The signed release is not JSON.', { cause });
  }
  if (!releaseCheck.Check(content)) {
    const [fault] = releaseCheck.Errors(content);
    throw new HoldfastError(
      'request.invalid',
      `The signed release has another shape (${fault?.instancePath ?? ''} ${fault?.message ?? ''}).`,
    );
  }
  return content;
}

/** @throws HoldfastError `request.invalid` where two packages are the same, or the release is below its own floor */
export function refuseContradictions(release: ClientRelease): void {
  const { version, floor, packages, archives = [], steppingStones = [] } = release;
  if (compareReleases(version, floor) < 0) {
    throw new HoldfastError('request.invalid', `Version ${version} is below its own floor ${floor}.`);
  }
  const files = [...packages, ...archives];
  const names = new Set(files.map(({ name }) => name.toLowerCase()));
  const places = new Set([
    ...packages.map((one) => `${one.kind} ${one.platform} ${one.architecture}`),
    ...archives.map((one) => `archive ${one.platform} ${one.architecture}`),
  ]);
  if (names.size < files.length || places.size < files.length) {
    throw new HoldfastError('request.invalid', 'Two packages of the release have one name, or one purpose.');
  }
  for (const { below, via } of steppingStones) {
    if (compareReleases(via, below) < 0 || compareReleases(via, version) >= 0) {
      throw new HoldfastError(
        'request.invalid',
        `${via} is no stepping stone from below ${below} to ${version}: it does not lie between.`,
      );
    }
  }
}

/** @throws HoldfastError `content.not-found`, `request.invalid`, `msi.*` */
export async function refuseMissing(
  context: SiteContext,
  { packages, archives = [] }: ClientRelease,
): Promise<void> {
  const files = [...packages, ...archives];
  const sizes = await contentSizes(
    context.store,
    files.map(({ sha256 }) => sha256),
  );
  for (const { name, sha256, size } of files) {
    const stored = sizes.get(sha256);
    if (stored === undefined) {
      throw new HoldfastError('content.not-found', `The package ${name} was not uploaded.`, {
        details: { path: name, sha256 },
      });
    }
    if (stored !== size)
      throw new HoldfastError('request.invalid', `${name} has ${stored} bytes, not ${size}.`);
  }
  await refuseDamaged(
    context,
    packages.map(({ name, sha256, size }) => ({ path: name, sha256, size })),
  );
}
