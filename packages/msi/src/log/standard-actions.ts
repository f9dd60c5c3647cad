/** Whether an action is one of Windows Installer's own. Source: learn.microsoft.com, "Standard Actions Reference". */

const names = `ADMIN ADVERTISE AllocateRegistrySpace AppSearch BindImage CCPSearch CostFinalize CostInitialize
CreateFolders CreateShortcuts DeleteServices DisableRollback DuplicateFiles ExecuteAction FileCost FindRelatedProducts
ForceReboot INSTALL InstallAdminPackage InstallExecute InstallExecuteAgain InstallFiles InstallFinalize
InstallInitialize InstallODBC InstallServices InstallSFPCatalogFile InstallValidate IsolateComponents LaunchConditions
MigrateFeatureStates MoveFiles MsiConfigureServices MsiPublishAssemblies MsiUnpublishAssemblies PatchFiles
ProcessComponents PublishComponents PublishFeatures PublishProduct RegisterClassInfo RegisterComPlus
RegisterExtensionInfo RegisterFonts RegisterMIMEInfo RegisterProduct RegisterProgIdInfo RegisterTypeLibraries
RegisterUser RemoveDuplicateFiles RemoveEnvironmentStrings RemoveExistingProducts RemoveFiles RemoveFolders
RemoveIniValues RemoveODBC RemoveRegistryValues RemoveShortcuts ResolveSource RMCCPSearch ScheduleReboot SelfRegModules
SelfUnregModules SEQUENCE SetODBCFolders StartServices StopServices UnpublishComponents UnpublishFeatures
UnregisterClassInfo UnregisterComPlus UnregisterExtensionInfo UnregisterFonts UnregisterMIMEInfo UnregisterProgIdInfo
UnregisterTypeLibraries ValidateProductID WriteEnvironmentStrings WriteIniValues WriteRegistryValues`;

const standard: ReadonlySet<string> = new Set(names.split(/\s+/));

export function isStandardAction(name: string): boolean {
  return standard.has(name);
}
