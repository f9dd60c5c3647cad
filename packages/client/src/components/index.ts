/** Components: each looked at against its signed manifest, and mended on its own. */
export { activeDriver, type DriverReport, settleDriver, wholeDriver } from './driver.ts';
export type { ActiveDriver, DriverOptions } from './driver-changes.ts';
export { fetchKeptPackage, type KeptState, lookAtKeptPackage, noNetworkFor } from './kept-package.ts';
export {
  type ClientInstallation,
  type ClientPlace,
  type ComponentFinding,
  type ComponentPorts,
  type Damage,
  type Installation,
  isWhole,
  type PackageSite,
  type RepairReport,
  type Restored,
  type Unrestored,
} from './model.ts';
export { installationOf, packageSiteOf } from './of-client.ts';
export { ofPackage, seedBeside } from './package-version.ts';
export { damagesOf, type RepairOptions, repairComponents } from './repair.ts';
export { remediesText, takeTold, tellLater } from './told.ts';
export { verifyComponent, verifyComponents } from './verify.ts';
