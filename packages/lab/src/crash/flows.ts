/** The flows of `holdfast lab crash`. */
import { clientSetupStory } from '../flows/client-setup/story.ts';
import { successionStory } from '../flows/client-succession/story.ts';
import { versionStory } from '../flows/client-versions/story.ts';
import { componentRepair } from '../flows/installed-client/component-repair.ts';
import { clientRescue } from '../flows/installed-client/rescue.ts';
import { takeoverStory } from '../flows/installed-client/takeover.ts';
import { installerStory } from '../flows/installer/stories.ts';
import { journalCompaction } from '../flows/journal-compaction.ts';
import { outboxDelivery } from '../flows/outbox-delivery.ts';
import { policyApply } from '../flows/policy-apply.ts';
import { programInstall, programRepair, programUninstall } from '../flows/program.ts';
import { type CrashFlow, crashFlow } from './flow.ts';

export const crashFlows: readonly CrashFlow[] = [
  crashFlow('program-install', 'The client installs a program', programInstall),
  crashFlow('program-repair', 'The client repairs a program that was damaged', programRepair),
  crashFlow('program-uninstall', 'The client removes a program', programUninstall),
  crashFlow('msi-install', 'A Windows Installer package is installed', installerStory('install')),
  crashFlow('msi-repair', 'A damaged product is repaired from its package', installerStory('repair')),
  crashFlow('msi-upgrade', 'A product is replaced by a newer one', installerStory('upgrade')),
  crashFlow('msi-uninstall', 'A product is removed', installerStory('uninstall')),
  crashFlow('policy-apply', 'The client takes a new policy over an old one', policyApply),
  crashFlow('journal-compaction', 'A journal grows and is written anew as a snapshot', journalCompaction),
  crashFlow('outbox-delivery', 'Status messages are brought to the site', outboxDelivery),
  crashFlow('client-install', 'A machine is set up as a client', (seed) => clientSetupStory('install', seed)),
  crashFlow('client-unheard', 'A client tells how it was set up, as its set-up could not', (seed) =>
    clientSetupStory('unheard', seed),
  ),
  crashFlow('client-repair', 'A damaged client is mended by its set-up', (seed) =>
    clientSetupStory('repair', seed),
  ),
  crashFlow('client-from-first', 'A client of the first generation becomes that of today', (seed) =>
    successionStory(1, seed),
  ),
  crashFlow('client-from-second', 'A client of the second generation becomes that of today', (seed) =>
    successionStory(2, seed),
  ),
  crashFlow('component-repair', 'The client mends what its components are made of', componentRepair),
  crashFlow('client-upgrade', 'The client becomes the version that its site orders', (seed) =>
    versionStory('upgrade', seed),
  ),
  crashFlow('client-revert', 'The client comes back from a version that is sick', (seed) =>
    versionStory('revert', seed),
  ),
  crashFlow('takeover', 'The client takes over a foreign agent, or puts it back', takeoverStory),
  crashFlow('rescue', 'A dead client is started, and installed anew', clientRescue),
];
