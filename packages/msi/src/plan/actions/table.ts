/** Which planner each standard action has. */
import type { ActionPlanner, Planning } from '../context.ts';
import { appSearch } from './app-search.ts';
import { classActions } from './classes.ts';
import { costFinalize, launchConditions } from './costs.ts';
import { removeEnvironment, writeEnvironment } from './environment.ts';
import { createFolders, removeFolders } from './folders.ts';
import { registerFonts, unregisterFonts } from './fonts.ts';
import { removeIniValues, writeIniValues } from './ini-files.ts';
import { installFiles } from './install-files.ts';
import { duplicateFiles, moveFiles, removeDuplicateFiles } from './more-files.ts';
import { processComponents } from './process-components.ts';
import { publishComponents, unpublishComponents } from './publish-components.ts';
import { publishFeatures, unpublishFeatures } from './publish-features.ts';
import { publishProduct, unpublishProduct } from './publish-product.ts';
import { registerProduct, registerUser } from './register-product.ts';
import { removeRegistryValues, writeRegistryValues } from './registry-values.ts';
import { removeFiles } from './remove-files.ts';
import { deleteServices, installServices, startServices, stopServices } from './services.ts';
import { createShortcuts, removeShortcuts } from './shortcuts.ts';
import { findRelatedProducts, migrateFeatureStates, removeExistingProducts } from './upgrades.ts';

type Work = (planning: Planning, action: string) => Promise<void> | void;

/** Those that change something and refuse nothing. */
const works: readonly (readonly [string, Work])[] = [
  ['AppSearch', appSearch],
  ['FindRelatedProducts', findRelatedProducts],
  ['MigrateFeatureStates', migrateFeatureStates],
  ['ProcessComponents', processComponents],
  ['UnpublishComponents', unpublishComponents],
  ['UnpublishFeatures', unpublishFeatures],
  ['StopServices', stopServices],
  ['DeleteServices', deleteServices],
  ['UnregisterFonts', unregisterFonts],
  ['RemoveRegistryValues', removeRegistryValues],
  ['RemoveIniValues', removeIniValues],
  ['RemoveShortcuts', removeShortcuts],
  ['RemoveEnvironmentStrings', removeEnvironment],
  ['RemoveDuplicateFiles', removeDuplicateFiles],
  ['RemoveFiles', removeFiles],
  ['RemoveFolders', removeFolders],
  ['CreateFolders', createFolders],
  ['MoveFiles', moveFiles],
  ['InstallFiles', installFiles],
  ['DuplicateFiles', duplicateFiles],
  ['CreateShortcuts', createShortcuts],
  ...classActions,
  ['WriteRegistryValues', writeRegistryValues],
  ['WriteIniValues', writeIniValues],
  ['WriteEnvironmentStrings', writeEnvironment],
  ['RegisterFonts', registerFonts],
  ['InstallServices', installServices],
  ['StartServices', startServices],
  ['RegisterUser', registerUser],
  ['RegisterProduct', registerProduct],
  ['PublishComponents', publishComponents],
  ['PublishFeatures', publishFeatures],
  ['PublishProduct', publishProduct],
  ['InstallFinalize', unpublishProduct],
];

/** Actions that only think, or whose part others do here. */
const quiet: readonly string[] = [
  'AllocateRegistrySpace',
  'CostInitialize',
  'DisableRollback',
  'FileCost',
  'InstallExecute',
  'InstallExecuteAgain',
  'InstallInitialize',
  'InstallValidate',
  'IsolateComponents',
  'ResolveSource',
  'SetODBCFolders',
  'ValidateProductID',
];

/** Actions that need Windows itself, with the tables that they are for: without rows nothing is missing. */
export const unplanned: ReadonlyMap<string, readonly string[]> = new Map([
  ['BindImage', ['BindImage']],
  ['CCPSearch', ['CCPSearch']],
  ['InstallODBC', ['ODBCDriver', 'ODBCTranslator', 'ODBCDataSource']],
  ['InstallSFPCatalogFile', ['SFPCatalog']],
  ['MsiPublishAssemblies', ['MsiAssembly']],
  ['MsiUnpublishAssemblies', ['MsiAssembly']],
  ['MsiConfigureServices', ['MsiServiceConfig', 'MsiServiceConfigFailureActions']],
  ['PatchFiles', ['Patch']],
  ['RegisterComPlus', ['Complus']],
  ['RemoveODBC', ['ODBCDriver', 'ODBCTranslator', 'ODBCDataSource']],
  ['RMCCPSearch', ['CCPSearch']],
  ['SelfRegModules', ['SelfReg']],
  ['SelfUnregModules', ['SelfReg']],
  ['UnregisterComPlus', ['Complus']],
]);

export const planners: ReadonlyMap<string, ActionPlanner> = new Map<string, ActionPlanner>([
  ['LaunchConditions', launchConditions],
  ['CostFinalize', costFinalize],
  ['RemoveExistingProducts', removeExistingProducts],
  ['ForceReboot', forceRestart],
  ['ScheduleReboot', scheduleRestart],
  ...works.map(([name, work]): readonly [string, ActionPlanner] => [
    name,
    async (planning, action) => {
      await work(planning, action);
      return undefined;
    },
  ]),
  ...quiet.map((name): readonly [string, ActionPlanner] => [name, () => undefined]),
]);

function scheduleRestart(planning: Planning): undefined {
  planning.restart = true;
}

/** Windows would stop here and go on after the restart; here everything is done, and the restart comes then. */
function forceRestart(planning: Planning, action: string): undefined {
  planning.restart = true;
  planning.draft.skipped.push({ action, reason: 'the restart comes when everything is done', vital: false });
}
