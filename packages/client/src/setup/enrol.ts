/** Phase `enrol`: the machine becomes a client of the site; one that is stays who it is. */
import { createPublicKey } from 'node:crypto';
import { HoldfastError, isHoldfastError, keyFingerprint, parseToken, type Uuid } from '@holdfast/contract';
import { keptIdentity } from '../enrolment/identity.ts';
import type { Inheritance } from '../inheritance.ts';
import { type ClientSettings, changeSettings } from '../settings.ts';
import { chosenOf } from './obtain.ts';
import { inheritanceOf } from './predecessors/present.ts';
import type { FoundSite } from './progress.ts';
import type { Phase, SetUp } from './set-up.ts';

export const enrolMachine: Phase = async (setUp) => {
  const { host, state, progress } = setUp;
  const { site } = progress();
  if (site === null) throw new HoldfastError('internal', 'No site was located.');
  const settings = settingsFor(setUp, site.address);
  const known = await keptIdentity(state);
  if (known && isOfSite(known.trust, site.token)) {
    // Also where they are the same: an earlier life may have ended before they were durable.
    await changeSettings(state, settings);
    host.log(`client ${known.identity.clientId} stays as it is`);
    return { kind: 'ended', change: { clientId: known.identity.clientId } };
  }
  const older = await inheritanceOf(setUp);
  if (site.token === null && !older) {
    throw new HoldfastError('setup.site-unknown', 'There is no token to enrol with.');
  }
  const clientId = await enrolled(setUp, settings, site, { isUnknown: known === undefined, older });
  host.log(`enrolled as ${clientId}`);
  return { kind: 'ended', change: { clientId } };
};

function settingsFor({ host, progress }: SetUp, site: string): ClientSettings {
  const { cacheMegabytes, logLevel } = progress().request;
  return {
    site,
    root: host.places.root,
    installFolder: host.places.install,
    ...(cacheMegabytes === null ? {} : { cacheMegabytes }),
    ...(logLevel === null ? {} : { logLevel }),
  };
}

/** Whether a client of before is one of the site that the token names; without a token it is left in its site's hands. */
function isOfSite(trust: { siteCode: string; policyKey: string }, token: string | null): boolean {
  if (token === null) return true;
  const { siteCode, policyKey } = parseToken(token);
  return trust.siteCode === siteCode && keyFingerprint(createPublicKey(trust.policyKey)) === policyKey;
}

/** The service may wait in this folder for just this; where it already works in it, it is stopped for the moment. */
async function enrolled(
  setUp: SetUp,
  settings: ClientSettings,
  { token, trust }: FoundSite,
  { isUnknown, older }: { readonly isUnknown: boolean; readonly older: Inheritance | undefined },
): Promise<Uuid> {
  const { host } = setUp;
  const work = () =>
    host.withClient(settings, chosenOf(setUp).version, async (client) => {
      const status = client.status();
      // Its journal knows before the copy of the identity does: the life that enrolled it ended in between.
      if (isUnknown && status.clientId !== null && status.siteCode === trust.siteCode) {
        await client.keepIdentity();
        return status.clientId;
      }
      if (older) return (await client.succeed(older, trust, token)).clientId;
      return (await client.enrol(token ?? '')).clientId;
    });
  let clientId: Uuid;
  try {
    clientId = await work();
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'client.running') || !host.ports.starters) throw thrown;
    await host.ports.starters.stop('service');
    clientId = await work();
  }
  await changeSettings(setUp.state, settings);
  return clientId;
}
