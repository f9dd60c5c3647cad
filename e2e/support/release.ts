/** The packages of the client as they ship, built once from these sources and shared by all suites. */
import assert from 'node:assert/strict';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Architecture,
  type ClientPackage,
  type ClientPackageKind,
  ClientRelease,
  type ClientReleaseSummary,
  Envelope,
  unseal,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import { buildRelease } from '../../scripts/build-client.ts';
import { ensureBuilt, projectFolder } from '../../scripts/built.ts';
import { readReleaseKey } from '../../scripts/client/release-key.ts';
import type { ClientPlatform } from '../../scripts/client/target.ts';
import { clientSources } from '../../scripts/client.ts';
import type { Api } from './api.ts';

const envelopeShape = Compile(Envelope);
const releaseShape = Compile(ClientRelease);

export type BuiltRelease = {
  /** Packages, `release.json`, and an install folder for each target. */
  readonly folder: string;
  readonly release: ClientRelease;
  /** Public half of the key that signed it. */
  readonly releaseKey: KeyObject;
  /** What is said of a package, and the path of it. */
  find(
    kind: ClientPackageKind,
    platform: ClientPlatform,
    architecture?: Architecture,
  ): ClientPackage & { readonly path: string };
};

/** Reads the text of an envelope that this key must have signed. */
export function unsealedFile(
  path: string,
  payloadType: Envelope['payloadType'],
  releaseKey: KeyObject,
): unknown {
  const envelope: unknown = JSON.parse(readFileSync(path, 'utf8'));
  assert.ok(envelopeShape.Check(envelope), path);
  return JSON.parse(unseal(payloadType, envelope, releaseKey));
}

/** All packages of all platforms; builds them where a source has changed. */
export async function builtRelease(): Promise<BuiltRelease> {
  const folder = join(projectFolder, 'dist/client');
  await ensureBuilt({
    name: "the client's packages",
    output: folder,
    sources: clientSources,
    build: async () => {
      await buildRelease({ output: folder });
    },
  });
  const releaseKey = createPublicKey(readReleaseKey(undefined));
  const release = unsealedFile(join(folder, 'release.json'), 'holdfast/client-release', releaseKey);
  assert.ok(releaseShape.Check(release));
  return {
    folder,
    release,
    releaseKey,
    find(kind, platform, architecture = 'x64') {
      const found = release.packages.find(
        (one) => one.kind === kind && one.platform === platform && one.architecture === architecture,
      );
      assert.ok(found, `${kind} for ${platform} ${architecture}`);
      return { ...found, path: join(folder, found.name) };
    },
  };
}

/** Has a site offer it, as an administrator does. */
export async function offerRelease(api: Api, { folder, release, releaseKey }: BuiltRelease): Promise<void> {
  for (const { name } of [...release.packages, ...(release.archives ?? [])]) {
    await api.upload(readFileSync(join(folder, name)));
  }
  const envelope = JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')) as Envelope;
  await api.post<ClientReleaseSummary>('/client-releases', {
    release: envelope,
    releaseKey: releaseKey.export({ type: 'spki', format: 'pem' }).toString(),
    trust: envelope.keyId,
  });
}
