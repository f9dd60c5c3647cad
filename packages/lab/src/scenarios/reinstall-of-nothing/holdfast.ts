/**
 * Profile `holdfast`: the site thinks a line through over the package before it goes out, refuses one that can change
 * nothing, and says why. `holdfast-unforeseen` is the same without that: the engine then tries once more, and holds.
 */
import { foresee, loopProof } from '@holdfast/msi';
import { carryOutOn, installerChange } from '../field/engine-client.ts';
import { fileName } from './packages.ts';
import {
  contentFolder,
  installLine,
  inventoryOf,
  isThere,
  type Scene,
  type Server,
  upgradeLine,
} from './scene.ts';

/** The line that may go out: the typed one, or the one that the site's answer leads to. */
async function foreseenLine({ running, timeline, world, sent }: Scene): Promise<string> {
  const { host, clock } = running;
  const program = {
    name: 'install',
    platform: 'windows',
    install: upgradeLine,
    detection: [{ kind: 'msi', productCode: sent.productCode, minimumVersion: sent.version }],
    exitCodes: [],
    maxRunMinutes: 60,
  } as const;
  const proof = await loopProof(
    { ...program, detection: [...program.detection], exitCodes: [] },
    sent.product,
    fileName,
  );
  if (!proof.changesNothing) return upgradeLine;
  const here = await foresee(upgradeLine, sent.product, inventoryOf(host), fileName);
  if (!here.changesNothing) {
    timeline.tell(
      'site',
      'warned: machines without Ledger would stay without it; this one has what the line needs',
    );
    return upgradeLine;
  }
  timeline.tell('site', `refused: ${here.reasons.map(({ sentence }) => sentence).join(' ')}`);
  await clock.sleep(world.readsMs);
  timeline.tell('site', `the administrator changes the line to ${installLine}`);
  return installLine;
}

async function carryOut(scene: Scene, line: string): Promise<void> {
  const { running, timeline, sent, ran } = scene;
  const change = installerChange({
    name: 'install',
    windows: running,
    line,
    folder: contentFolder,
    async postcondition() {
      if (await isThere(running.host, sent)) return { holds: true };
      return { holds: false, reason: `Ledger ${sent.version} is not there` };
    },
  });
  const apply: typeof change.apply = async (note) => {
    timeline.tell('client', line);
    const applied = await change.apply(note);
    await ran();
    return applied;
  };
  await carryOutOn(running, timeline, [
    { id: 'ledger', version: sent.version, changes: [{ ...change, apply }] },
  ]);
}

export const holdfast: Server = {
  name: 'holdfast',
  summary: 'the line is thought through over the package first, and refused with the explanation',
  serve: async (scene) => carryOut(scene, await foreseenLine(scene)),
};

export const holdfastUnforeseen: Server = {
  name: 'holdfast-unforeseen',
  summary: 'the engine with that check taken out: it does not install either, but it is no loop',
  serve: (scene) => carryOut(scene, upgradeLine),
};
