/** The policy of a client of the first generation: what it is to run, whole, in one plain document. */
import {
  type Assignment,
  type DeploymentV1,
  type PolicyV1,
  type SiteCode,
  wireLimits,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { assignmentBodies } from './store.ts';

/** Bytes of all deployments in one document; the rest is for what is around them. */
const room = wireLimits.indexBytes - 64 * 1024;
const mostDeployments = 10_000;

/** Undefined where such a client cannot carry it out: an offer that nobody there could take, or another platform's. */
function deploymentOf(assignment: Assignment, platform: string): DeploymentV1 | undefined {
  const { content, deploymentId, intent, program } = assignment;
  const command = intent === 'install' ? program.install : program.uninstall;
  if (assignment.purpose !== 'required' || program.platform !== platform || command === undefined)
    return undefined;
  return {
    deploymentId,
    name: `${assignment.package.name} ${assignment.package.version}, ${program.name}`,
    platform: program.platform,
    availableAt: assignment.availableAt,
    command,
    maxRunMinutes: program.maxRunMinutes,
    files: content,
  };
}

/** Deployments of the client, the newest first; one that does not fit any more keeps no other one out. */
export async function firstGenerationPolicy(
  site: { readonly siteCode: SiteCode; readonly pollSeconds: number; readonly store: Kysely<Schema> },
  clientId: string,
): Promise<PolicyV1> {
  const { platform, bodies } = await assignmentBodies(site.store, clientId);
  const deployments: DeploymentV1[] = [];
  let bytes = 0;
  let leftOut = 0;
  for (const body of bodies) {
    // Written by this site, from requests that were checked against their schema.
    const deployment = deploymentOf(JSON.parse(body) as Assignment, platform);
    if (deployment === undefined) continue;
    const size = Buffer.byteLength(JSON.stringify(deployment)) + 1;
    if (bytes + size > room || deployments.length === mostDeployments) {
      leftOut += 1;
      continue;
    }
    bytes += size;
    deployments.push(deployment);
  }
  const { siteCode, pollSeconds } = site;
  return { siteCode, clientId, pollSeconds, deployments, leftOut };
}
