/** The release key that manifests are signed with: the one that is named, or one for development that is made once. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFolder } from '../built.ts';

/** Made where no key is named; whoever has it can release for the clients that were built with it. */
const developmentKey = join(projectFolder, 'dist/release-key.pem');

/**
 * @param file PEM of an Ed25519 private key; unless given, the one that HOLDFAST_RELEASE_KEY_FILE names
 * @throws Error where the file holds no such key
 */
export function readReleaseKey(file: string | undefined): KeyObject {
  const path = file ?? process.env.HOLDFAST_RELEASE_KEY_FILE ?? developmentKey;
  if (path === developmentKey) makeDevelopmentKey();
  const key = createPrivateKey(readFileSync(path));
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new Error(`${path} holds no Ed25519 key: make one with openssl genpkey -algorithm ed25519`);
  }
  return key;
}

function makeDevelopmentKey(): void {
  if (existsSync(developmentKey)) return;
  mkdirSync(dirname(developmentKey), { recursive: true });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  try {
    writeFileSync(developmentKey, pem, { mode: 0o600, flag: 'wx' });
    process.stderr.write(`Made a release key for development: ${developmentKey}\n`);
  } catch (thrown) {
    // Another build was faster: its key is everybody's.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
  }
}

/** PEM of the public half, as it is built into a client. */
export function publicHalf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}
