/** What a repair from the site runs on a machine: the bootstrap over the client that is there, and a mark when it is done. */
import type { Platform, ProgramDefinition } from '@holdfast/contract';

/** Platforms that a client can be repaired on. */
export const repairPlatforms = ['linux', 'windows'] as const;
export type RepairPlatform = (typeof repairPlatforms)[number];

export const isRepairable = (platform: string): platform is RepairPlatform =>
  repairPlatforms.some((one) => one === platform);

/**
 * `repair.sh NONCE ROOT`. The bootstrap is the installed one while it starts at all, else that of the kept package, laid
 * out beside. This script is a child of the client that it replaces: it outlives that (KillMode=process), and the
 * client that comes after finds it running, or finds its mark.
 */
const forLinux = `#!/bin/sh
set -u
nonce=$1
root=\${2%/}
install=$root/opt/holdfast-client
state=$root/var/lib/holdfast-client
mark=$state/setup/repaired-$nonce
beside=$state/setup/repair.$nonce

say() { printf 'holdfast repair: %s\\n' "$*" >&2; }

starts() { [ -x "$1" ] && "$1" --help >/dev/null 2>&1 </dev/null; }

lay_out() {
  case $1 in
    *.deb) dpkg-deb -x "$1" "$beside" ;;
    *.rpm) rpm2cpio "$1" | (cd "$beside" && cpio -idm --quiet) ;;
    *.tar.gz) gzip -dc "$1" | tar -xf - -C "$beside" ;;
    *) return 1 ;;
  esac
}

kept_bootstrap() {
  for package in "$state"/package/*; do
    rm -rf "$beside"
    mkdir -p "$beside" || return 1
    lay_out "$package" || continue
    for place in "$beside" "$beside"/* "$beside"/opt/*; do
      setup=$place/bin/holdfast-setup
      starts "$setup" && return 0
    done
  done
  return 1
}

setup=$install/bin/holdfast-setup
if ! starts "$setup"; then
  say "the installed bootstrap does not start; the one of the kept package is tried"
  kept_bootstrap || {
    rm -rf "$beside"
    say "no bootstrap on this machine starts: set it up again, from outside"
    exit 6
  }
fi
"$setup" /noservice </dev/null
code=$?
rm -rf "$beside"
[ "$code" -eq 0 ] || exit "$code"
mkdir -p "$state/setup" && date >"$mark.new" && mv "$mark.new" "$mark"
`;

/**
 * `repair.cmd NONCE`, as above. The bootstrap runs from a copy beside, for Windows replaces no file that is in use; one
 * that does not start, or fails with a code that is none of its own, has the kept package repaired with the published
 * line first.
 */
const forWindows = String.raw`@echo off
setlocal
set "nonce=%~1"
set "state=%SystemDrive%\ProgramData\Holdfast"
set "install=%ProgramFiles%\Holdfast\Client"
for /f "tokens=2*" %%a in ('reg query HKLM\SOFTWARE\Holdfast\Client /v InstallFolder 2^>nul') do set "install=%%b"
if "%install:~-1%"=="\" set "install=%install:~0,-1%"
set "mark=%state%\setup\repaired-%nonce%"
set "beside=%state%\setup\repair.%nonce%"
set "tried="
if not exist "%state%\setup" mkdir "%state%\setup"

:attempt
set "code=6"
call :copied
rem A crash has a negative exit code.
if not "%errorlevel%"=="0" goto kept
call "%beside%\bin\holdfast-setup.cmd" /noservice <nul
set "code=%errorlevel%"
if "%code%"=="0" goto done
for %%c in (7 8 9 10) do if "%code%"=="%%c" goto end
:kept
if defined tried goto end
set "tried=yes"
echo holdfast repair: the installed bootstrap does not work; the kept package is repaired 1>&2
for /f "delims=" %%p in ('dir /b /a-d "%state%\package\*.msi" 2^>nul') do msiexec /i "%state%\package\%%p" /L*v "%state%\setup\repair.log" REINSTALLMODE=vmeus REINSTALL=ALL /qn /norestart
goto attempt

:done
>"%mark%.new" echo %date% %time%
move /y "%mark%.new" "%mark%" >nul
:end
if exist "%beside%" rmdir /s /q "%beside%"
exit /b %code%

:copied
if exist "%beside%" rmdir /s /q "%beside%"
for %%f in (bin runtime node_modules seed) do xcopy /e /i /q /y "%install%\%%f" "%beside%\%%f" >nul 2>&1
call "%beside%\bin\holdfast-setup.cmd" --help >nul 2>&1 <nul
exit /b %errorlevel%
`.replaceAll('\n', '\r\n');

/** Files of the package; one package serves both platforms. */
export const repairFiles: Readonly<Record<RepairPlatform, { path: string; text: string }>> = {
  linux: { path: 'repair.sh', text: forLinux },
  windows: { path: 'repair.cmd', text: forWindows },
};

const marks: Readonly<Record<RepairPlatform, (nonce: string) => string>> = {
  linux: (nonce) => `/var/lib/holdfast-client/setup/repaired-${nonce}`,
  windows: (nonce) => `C:\\ProgramData\\Holdfast\\setup\\repaired-${nonce}`,
};

const commands: Readonly<Record<RepairPlatform, (nonce: string) => string>> = {
  linux: (nonce) => `/bin/sh {content}/repair.sh ${nonce} {root}`,
  // A quotation mark right behind /c would be taken away by cmd.
  windows: (nonce) => `cmd.exe /d /c call "{content}\\repair.cmd" ${nonce}`,
};

/** Minutes; the bootstrap may have to fetch the whole package. */
const maxRunMinutes = 240;

/**
 * The program of one repair. The client is present before and after it: what tells that it was done is a mark with the
 * repair's own name, written when the bootstrap has ended well.
 */
export function repairProgram(platform: RepairPlatform, nonce: string): ProgramDefinition {
  return {
    name: `repair ${nonce} on ${platform}`,
    platform: platform satisfies Platform,
    install: commands[platform](nonce),
    detection: [{ kind: 'file', path: marks[platform](nonce) }],
    exitCodes: [
      { code: 6, meaning: 'failure' },
      { code: 7, meaning: 'reboot-required' },
      { code: 8, meaning: 'busy' },
      { code: 9, meaning: 'failure' },
      { code: 10, meaning: 'failure' },
    ],
    maxRunMinutes,
  };
}
