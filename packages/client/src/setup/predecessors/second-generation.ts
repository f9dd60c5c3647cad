/** The second generation: key and certificate, `identity.json` and `history.json`, its content by hash. */
import { Sha256, SiteCode, Uuid } from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';
import * as Type from 'typebox';
import type { Inheritance, OlderHistory, OlderIdentity } from '../../inheritance.ts';
import { jsonReader } from '../../site.ts';
import { addressIn, isUuid, mostHistory, ofItsForm, textOf } from './reading.ts';

const identityLimit = 256 * 1024;
const keyLimit = 16 * 1024;
const historyLimit = 8 * 1024 * 1024;

const Identity = Type.Object({
  site: Type.String({ maxLength: 2_048 }),
  siteCode: SiteCode,
  clientId: Uuid,
  policyKey: Type.String({ maxLength: 1_024 }),
  certificate: Type.String({ maxLength: 16_384 }),
});
const readIdentity = jsonReader(Identity, 'identity of an older client');

const History = Type.Record(Uuid, Type.Object({ version: Sha256, result: Type.String({ maxLength: 40 }) }), {
  maxProperties: mostHistory,
});
const readHistory = jsonReader(History, 'history of an older client');

export async function readSecondGeneration(state: Folder): Promise<Inheritance> {
  const known = ofItsForm(readIdentity, await textOf(state, 'identity.json', identityLimit));
  const privateKey = await textOf(state, 'client.key', keyLimit);
  return {
    site: addressIn(known?.site),
    identity: known === undefined || privateKey === undefined ? null : identityOf(known, privateKey),
    history: historyOf(ofItsForm(readHistory, await textOf(state, 'history.json', historyLimit)) ?? {}),
    cache: { folder: 'cache', byHash: true },
  };
}

function identityOf(known: Type.Static<typeof Identity>, privateKey: string): OlderIdentity {
  const { certificate, clientId, policyKey, siteCode } = known;
  return { kind: 'certificate', siteCode, clientId, policyKey, certificate, privateKey };
}

/** What it has found to be there after its program. */
function historyOf(known: Type.Static<typeof History>): OlderHistory {
  return Object.fromEntries(
    Object.entries(known).flatMap(([id, { result, version }]) =>
      isUuid(id) && result === 'installed' ? [[id, { version }]] : [],
    ),
  );
}
