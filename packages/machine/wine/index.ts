/** The Wine harness: Windows for tests and end-to-end suites, on Linux. */
export { wineAvailable, wixlAvailable } from './available.ts';
export { buildSmallPackage, type InstallerPackage, puttyPackage } from './msi.ts';
export {
  makeWinePrefix,
  toWindows,
  type WineExit,
  type WineOptions,
  type WinePrefix,
  type WineProcess,
} from './prefix.ts';
export { type WindowsRuntime, windowsRuntime } from './runtime.ts';
