/** Exit codes of Windows Installer: names, meanings, and how each is to be taken. */
import type { ErrorClass } from './error-class.ts';

export type InstallerExit = {
  readonly name: string;
  /** A clause. */
  readonly meaning: string;
  readonly class: ErrorClass;
};

/** Source: learn.microsoft.com, "MsiExec.exe and InstMsi.exe Error Messages"; 1707 as Configuration Manager takes it. */
const exits: Readonly<Record<number, readonly [name: string, meaning: string, is: ErrorClass]>> = {
  0: ['ERROR_SUCCESS', 'all is done', 'success'],
  13: ['ERROR_INVALID_DATA', 'data is not valid', 'fatal'],
  87: ['ERROR_INVALID_PARAMETER', 'a parameter is not valid', 'fatal'],
  1259: ['ERROR_APPHELP_BLOCK', 'the product does not suit this version of Windows', 'refused'],
  1601: ['ERROR_INSTALL_SERVICE_FAILURE', 'the Windows Installer service cannot be reached', 'not-ready'],
  1602: ['ERROR_INSTALL_USEREXIT', 'the user cancelled it', 'refused'],
  1603: ['ERROR_INSTALL_FAILURE', 'a fatal error ended it', 'fatal'],
  1604: ['ERROR_INSTALL_SUSPEND', 'it is suspended', 'reboot-required'],
  1605: ['ERROR_UNKNOWN_PRODUCT', 'the product is not installed', 'fatal'],
  1606: ['ERROR_UNKNOWN_FEATURE', 'the feature is not known', 'fatal'],
  1607: ['ERROR_UNKNOWN_COMPONENT', 'the component is not known', 'fatal'],
  1608: ['ERROR_UNKNOWN_PROPERTY', 'the property is not known', 'fatal'],
  1609: ['ERROR_INVALID_HANDLE_STATE', 'the handle is in a wrong state', 'fatal'],
  1610: ['ERROR_BAD_CONFIGURATION', "the product's configuration data is damaged", 'fatal'],
  1611: ['ERROR_INDEX_ABSENT', 'the qualifier of a component is missing', 'fatal'],
  1612: ['ERROR_INSTALL_SOURCE_ABSENT', 'the installation source is not available', 'fatal'],
  1613: ['ERROR_INSTALL_PACKAGE_VERSION', 'the package needs a newer Windows Installer', 'refused'],
  1614: ['ERROR_PRODUCT_UNINSTALLED', 'the product is uninstalled', 'fatal'],
  1618: ['ERROR_INSTALL_ALREADY_RUNNING', 'another installation is running', 'busy'],
  1619: ['ERROR_INSTALL_PACKAGE_OPEN_FAILED', 'the package could not be opened', 'fatal'],
  1620: ['ERROR_INSTALL_PACKAGE_INVALID', 'the package is not valid', 'fatal'],
  1621: ['ERROR_INSTALL_UI_FAILURE', 'the user interface could not be started', 'fatal'],
  1622: ['ERROR_INSTALL_LOG_FAILURE', 'the log could not be opened', 'fatal'],
  1623: ['ERROR_INSTALL_LANGUAGE_UNSUPPORTED', 'the language of the package is not supported', 'refused'],
  1624: ['ERROR_INSTALL_TRANSFORM_FAILURE', 'a transform could not be applied', 'fatal'],
  1625: ['ERROR_INSTALL_PACKAGE_REJECTED', 'a policy forbids it', 'refused'],
  1626: ['ERROR_FUNCTION_NOT_CALLED', 'a function could not be executed', 'fatal'],
  1627: ['ERROR_FUNCTION_FAILED', 'a function failed while it ran', 'fatal'],
  1631: ['ERROR_INSTALL_SERVICE_NOT_STARTED', 'the Windows Installer service did not start', 'not-ready'],
  1632: ['ERROR_INSTALL_TEMP_UNWRITABLE', 'the TEMP folder is full or cannot be reached', 'not-ready'],
  1633: ['ERROR_INSTALL_PLATFORM_UNSUPPORTED', 'the package is for another platform', 'refused'],
  1635: ['ERROR_PATCH_PACKAGE_OPEN_FAILED', 'the patch could not be opened', 'fatal'],
  1636: ['ERROR_PATCH_PACKAGE_INVALID', 'the patch is not valid', 'fatal'],
  1637: ['ERROR_PATCH_PACKAGE_UNSUPPORTED', 'the patch needs a newer Windows Installer', 'refused'],
  1638: ['ERROR_PRODUCT_VERSION', 'another version of the product is installed', 'refused'],
  1639: ['ERROR_INVALID_COMMAND_LINE', 'the command line is not valid', 'fatal'],
  1640: ['ERROR_INSTALL_REMOTE_DISALLOWED', 'a remote session may not install', 'refused'],
  1641: ['ERROR_SUCCESS_REBOOT_INITIATED', 'all is done, and a restart was started', 'reboot-required'],
  1642: ['ERROR_PATCH_TARGET_NOT_FOUND', 'what the patch is for is not installed', 'refused'],
  1643: ['ERROR_PATCH_PACKAGE_REJECTED', 'a policy forbids the patch', 'refused'],
  1644: ['ERROR_INSTALL_TRANSFORM_REJECTED', 'a policy forbids the transform', 'refused'],
  1645: ['ERROR_INSTALL_REMOTE_PROHIBITED', 'a remote session may not install', 'refused'],
  1652: ['ERROR_INSTALL_REJECTED', 'Windows Installer does not run in safe mode', 'not-ready'],
  1653: ['ERROR_ROLLBACK_DISABLED', 'rollback is switched off', 'fatal'],
  1654: ['ERROR_INSTALL_SIGNATURE', 'the package is not signed for this processor', 'refused'],
  1707: ['INSTALL_SUCCEEDED', 'the installation succeeded', 'success'],
  3010: ['ERROR_SUCCESS_REBOOT_REQUIRED', 'all is done, and a restart is wanted', 'reboot-required'],
};

/** Undefined where the code is none that is known. */
export function installerExit(code: number): InstallerExit | undefined {
  const [name, meaning, is] = exits[code] ?? [];
  if (name === undefined || meaning === undefined || is === undefined) return undefined;
  return { name, meaning, class: is };
}
