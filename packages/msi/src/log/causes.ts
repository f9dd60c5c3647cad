/** Why installations fail: the kinds that an administrator treats differently, and what to do about each. */

/** What to do, by cause. */
export const remedies = {
  'protection-not-ready':
    'Windows File Protection was still starting, as it is soon after a boot (KB829810): wait until the machine is idle, or restart it, and run the same command again.',
  'protection-refused':
    'Windows keeps its own version of this file: bring it with an update of Windows, or let sfc /scannow restore it, and run the command again.',
  busy: 'Another installation was running: wait until it has ended and run the command again.',
  'source-missing':
    'Make the installation source available again where the log looks for it (share, disc, or the folder of the package), or run msiexec with the path of the package and REINSTALLMODE=v to name a new one.',
  'package-unreadable':
    'Copy the package anew to a folder that the account can read (with SYSTEM), compare its size or hash with its maker, and run the command again.',
  'cabinet-damaged':
    'The files in the package or beside it are damaged or incomplete: fetch all of them again.',
  'disk-full': 'Free space on the named volume (and on that of TEMP), and run the command again.',
  'file-access':
    'Give SYSTEM and the administrators full access to the named file and its folder; look for a security program that forbids the write.',
  'file-in-use': 'Close the program or stop the service that holds the file, or restart, and run it again.',
  path: 'Choose another folder on the command line: this path is too long, not valid, or on no drive.',
  'registry-access':
    'Give SYSTEM and the administrators full control of the named key, and run the command again.',
  'service-start':
    'Look in the System event log why the service does not start: account, password, a missing dependency or DLL. Start it by hand once that is right.',
  'service-stop': 'Stop the service by hand (end its process if it hangs), and run the command again.',
  'service-install':
    'Look whether the service is marked for deletion (close services.msc, restart), and whether the account may install services.',
  'custom-action':
    "A program of the package's maker failed: read the lines just before it in the log, and ask its maker what the code means.",
  script:
    'A script of the package failed: look whether the script engine is registered and allowed on this machine, and ask the maker of the package.',
  'launch-condition': 'Bring what the package asks for, or take the package made for this machine.',
  assembly:
    'An assembly could not be installed: repair the .NET Framework or the runtime that it needs (SxS: restart and install pending updates), and run it again.',
  privileges: 'Run it as an administrator, or deploy it to the machine with the rights of SYSTEM.',
  'older-version-stays':
    'Remove the older version first: repair its registration or bring back its source, uninstall it, then run the command again.',
  'other-version':
    'Another version with the same product code is installed: uninstall it first, or update it with REINSTALL=ALL REINSTALLMODE=vomus.',
  'not-installed': 'The product is not installed for this account: install it instead.',
  'wrong-name': 'Compare the names on the command line with those in the package; their case counts.',
  policy: 'Ask for the policy that forbids it to be changed, or deploy it with elevated rights.',
  cancelled: 'Somebody chose to cancel: run it silently (/qn), or with their consent.',
  'temporary-folder':
    'Give the account full access to its TEMP folder and to %SystemRoot%\\Temp, or start the command from an elevated prompt.',
  'installer-service':
    'Look whether the service msiserver is there and may start (not in safe mode); restart, and register it again with msiexec /regserver.',
  'command-line': 'Correct the command line: one of its words is not understood.',
  'log-file': 'Make the folder of the log, or name a file that can be written.',
  transform: 'Take the transforms that were made for this version of the package, and their right path.',
  platform: 'Take the package for this processor and this version of Windows.',
  'installer-version': 'Update Windows Installer: the package was made for a newer one.',
  suspended: 'Restart the machine and let the suspended installation end, or roll it back.',
  registration: 'Look whether everything that the module needs is there (its runtime, its DLLs).',
  network: 'Look whether the share answers and the account (of the machine) may read it.',
  package: 'The package itself is wrong here: ask its maker, with the error and the lines around it.',
  unknown: 'Make a log with /L*v if this is none, and read the lines before "Return value 3".',
} as const satisfies Record<string, string>;

export type CauseCode = keyof typeof remedies;
