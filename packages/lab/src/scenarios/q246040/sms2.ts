/**
 * Profiles `sms2` and `sms2-cliverify-off`: the client verify cycle as Q246040 tells it. On the same day every client copies
 * all its agents from the client access point, to see whether they are as they ought to be; or, with the check box of
 * Cliverify.exe cleared, none does.
 */
import { putAt } from '../field/disk.ts';
import { at } from '../field/managed-machine.ts';
import { agentFolder, type Branch, bytesOfMegabyte, type Workplace } from './branch.ts';
import type { Keeper } from './keeper.ts';

/** Bytes of the field for one on a simulated disk. */
const scale = 1_000_000 / bytesOfMegabyte;

async function verify({ line, files, stage }: Branch, { managed, fate }: Workplace): Promise<void> {
  const ports = managed.machine.ports('CCIM');
  for (const { bytes } of files) await line.send(bytes.length * scale);
  for (const { fileName, bytes } of files) await putAt(ports, agentFolder, fileName, bytes);
  stage.timeline.tell('client', `${fate.name}: all agents are copied and verified`);
}

export const sms2: Keeper = {
  name: 'sms2',
  summary: 'as in the article: every 30 days every client copies all its agents, all on the same day',
  serve(branch) {
    for (const workplace of branch.workplaces) {
      const { fate } = workplace;
      at(branch.stage.clock, fate.onAt + fate.verifyAfterMs, () => void verify(branch, workplace));
    }
  },
};

export const sms2CliverifyOff: Keeper = {
  name: 'sms2-cliverify-off',
  summary: 'the workaround of the article: Periodically Verify Client Installation is switched off',
  serve: () => undefined,
};
