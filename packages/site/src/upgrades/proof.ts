/** What a version on trial must carry out: a deployment of one small file that changes nothing else on the machine. */
import { type Assignment, type Platform, type ProgramDefinition, sha256 } from '@holdfast/contract';
import type { SiteContext } from '../context.ts';
import type { Schema } from '../store/schema.ts';

/** Platforms that a client comes for. */
const platforms = ['linux', 'windows'] as const satisfies readonly Platform[];
type ProofPlatform = (typeof platforms)[number];

const fileName = 'proof.txt';

/** No shell reads a command line; on Windows copying is the shell's own. */
const commands: Readonly<Record<ProofPlatform, string>> = {
  linux: `/bin/cp {content}/${fileName} {state}/${fileName}`,
  windows: `cmd.exe /d /c copy /y "{content}\\${fileName}" "{state}\\${fileName}"`,
};
const paths: Readonly<Record<ProofPlatform, string>> = {
  linux: `{state}/${fileName}`,
  windows: `{state}\\${fileName}`,
};

/** Minutes that copying one line may take. */
const maxRunMinutes = 5;

/**
 * The program. Each trial has a content of its own, so that detection does not hold before: a version that passes has fetched
 * content, started a program, looked at what it did, and reported it.
 */
function proofProgram(platform: ProofPlatform, hash: string): ProgramDefinition {
  return {
    name: 'Proof of a version',
    platform,
    install: commands[platform],
    detection: [{ kind: 'file', path: paths[platform], sha256: hash }],
    exitCodes: [],
    maxRunMinutes,
  };
}

const proofText = (upgradeId: string, version: string): string =>
  `Holdfast ${version} on trial in upgrade ${upgradeId}\n`;

/** Stores the content that versions on trial fetch; what is there already is not stored twice. */
export async function storeProofs(
  { content }: { readonly content: Pick<SiteContext['content'], 'add'> },
  upgradeId: string,
  versions: readonly string[],
): Promise<void> {
  for (const version of versions) {
    await content.add(
      (async function* () {
        yield Buffer.from(proofText(upgradeId, version));
      })(),
    );
  }
}

/** The assignments of an upgrade: one for each version that members may take and each platform. */
export function proofsOf(
  { entropy }: Pick<SiteContext, 'entropy'>,
  upgradeId: string,
  versions: readonly string[],
): Schema['clientUpgradeProof'][] {
  return versions.flatMap((version) => {
    const text = proofText(upgradeId, version);
    const file = { path: fileName, size: Buffer.byteLength(text), sha256: sha256(text) };
    return platforms.map((platform) => {
      const assignment: Assignment = {
        deploymentId: entropy.uuid(),
        intent: 'install',
        purpose: 'required',
        availableAt: null,
        deadlineAt: null,
        package: { id: entropy.uuid(), name: 'Holdfast client on trial', version },
        program: { id: entropy.uuid(), ...proofProgram(platform, file.sha256) },
        content: [file],
      };
      const body = JSON.stringify(assignment);
      return {
        deploymentId: assignment.deploymentId,
        upgradeId,
        version,
        platform,
        hash: sha256(body),
        body,
      };
    });
  });
}
