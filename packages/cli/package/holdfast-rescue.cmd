@echo off
rem The second starter of the Holdfast client, as far as it needs nothing of the client itself: it proves that the runtime and
rem its own program start, and has the kept package installed anew where they do not. Then that program looks after the client;
rem the time limit of the task bounds that one.
setlocal
rem Nothing is started from whatever folder this one was started in.
set "NoDefaultCurrentDirectoryInExePath=1"
set "install=%~dp0.."
rem Not by ProgramData: its value is the caller's.
set "state=%SystemDrive%\ProgramData\Holdfast"
set "rescue=%state%\rescue"
set "log=%rescue%\holdfast-rescue.log"
set "backoff=%rescue%\reinstall.backoff"
set "outcome=%rescue%\self-test"
set "node=%install%\runtime\node.exe"
set "main=%install%\launcher\rescue.mjs"
rem The runtime under a name of its own, so that one that hangs can be ended without hitting the client.
set "probe=%rescue%\holdfast-probe.exe"
if not defined HOLDFAST_RESCUE_PATIENCE set "HOLDFAST_RESCUE_PATIENCE=16"
if not defined HOLDFAST_RESCUE_LIMIT set "HOLDFAST_RESCUE_LIMIT=60"
if "%~1"=="--probe" goto probe
if not exist "%rescue%" mkdir "%rescue%"

rem Who asks for something else (--dry-run, status, bundle) wants nothing installed.
if not "%~1"=="" if not "%~1"=="run" goto run
if exist "%log%" for %%f in ("%log%") do if %%~zf gtr 262144 move /y "%log%" "%log%.1" >nul
rem The log is the lock, too: Windows lets one write into it at a time. What is said goes there by the standard error.
set "result="
call :proved 2>>"%log%"
if not defined result (
  echo holdfast-rescue: another one is at work
  exit /b 0
)
if not "%result%"=="works" exit /b 1
:run
"%node%" "%main%" %*
exit /b %errorlevel%

:proved
set "result=fails"
call :works
if not errorlevel 1 goto good
rem The moment in which an installation puts the new runtime into the place of the old is no fault.
ping -n %HOLDFAST_RESCUE_PATIENCE% 127.0.0.1 >nul
call :works
if not errorlevel 1 goto good
call :tooearly
if not errorlevel 1 exit /b 1
call :kept
if not defined package (
  echo %date% %time% the runtime does not work, and no whole package is kept 1>&2
  goto failed
)
echo %date% %time% the runtime does not work: installing %package% 1>&2
msiexec /I "%package%" /qn /norestart /L*v "%rescue%\msiexec.log" REINSTALLMODE=vmeus REINSTALL=ALL
echo %date% %time% msiexec ended with %errorlevel% 1>&2
call :works
if errorlevel 1 (
  echo %date% %time% the runtime does not work after that either 1>&2
  goto failed
)
echo %date% %time% the runtime works again 1>&2
if not exist "%rescue%\spool" mkdir "%rescue%\spool"
"%node%" --eval "require('fs').writeFileSync(process.argv[1], JSON.stringify({ at: Date.now(), action: 'installed the client anew from the kept package', reason: 'its runtime did not work' }))" "%rescue%\spool\0-shell.json"
:good
if exist "%backoff%" del /q "%backoff%"
set "result=works"
exit /b 0

rem After each failure that follows another, twice as many runs are let go by: 1, 3, 7, 15, then 23. Runs come every hour.
:failed
call :readbackoff
set /a skips=skips*2+1
if %skips% gtr 23 set "skips=23"
rem The file comes first: a digit before the sign would be read as a handle.
>"%backoff%" echo %skips% %skips%
exit /b 1

rem Whether this run is one of those that are let go by.
:tooearly
call :readbackoff
if "%left%"=="0" exit /b 1
echo %date% %time% the runtime does not work; it is tried again after %left% more runs 1>&2
set /a left=left-1
>"%backoff%" echo %skips% %left%
exit /b 0

rem What is no number counts as none.
:readbackoff
set "skips=0"
set "left=0"
if exist "%backoff%" for /f "usebackq tokens=1,2" %%a in ("%backoff%") do (
  set "skips=%%a"
  set "left=%%b"
)
set /a skips=skips
set /a left=left
if %skips% gtr 23 set "skips=23"
if %left% gtr 23 set "left=23"
if %left% lss 0 set "left=0"
exit /b 0

rem The kept package, if its record has its hash; where the record is lost, the package that lies there.
:kept
set "package="
for /f "delims=" %%f in ('dir /b /a-d "%state%\package\*.msi" 2^>nul') do call :whole "%state%\package\%%f"
exit /b 0

:whole
if not exist "%state%\package\package.json" goto taken
set "hash="
for /f "skip=1 delims=" %%h in ('certutil -hashfile "%~1" SHA256 2^>nul') do if not defined hash set "hash=%%h"
if not defined hash exit /b 1
find "%hash: =%" "%state%\package\package.json" >nul
if errorlevel 1 exit /b 1
:taken
set "package=%~1"
exit /b 0

rem Whether the runtime starts and gets through the program within a minute. A link that cannot be taken away is one to a file
rem that is in use, so to the runtime of now. Where there can be none (another drive), a hanging one is left to the task's limit.
:works
if exist "%outcome%" del /q "%outcome%"
if not exist "%node%" exit /b 1
taskkill /f /im holdfast-probe.exe >nul 2>&1
del /q "%probe%" >nul 2>&1
mklink /h "%probe%" "%node%" >nul 2>&1
start "" /b cmd /d /c call "%~f0" --probe
set "looks=%HOLDFAST_RESCUE_LIMIT%"
:look
ping -n 2 127.0.0.1 >nul
if exist "%outcome%" goto told
set /a looks=looks-1
if %looks% gtr 0 goto look
echo %date% %time% the runtime hangs: it is ended 1>&2
taskkill /f /im holdfast-probe.exe >nul 2>&1
rem With which exit code it was ended proves nothing, so nobody reads what is said of it now.
ping -n 2 127.0.0.1 >nul
del /q "%probe%" "%outcome%" >nul 2>&1
exit /b 1
:told
del /q "%probe%" >nul 2>&1
set "word="
set /p word=<"%outcome%"
if not "%word%"=="works" exit /b 1
exit /b 0

:probe
if not exist "%probe%" set "probe=%node%"
"%probe%" "%main%" --self-test >nul 2>&1 <nul
rem A crash has a negative exit code.
if "%errorlevel%"=="0" (echo works>"%outcome%.new") else (echo fails>"%outcome%.new")
move /y "%outcome%.new" "%outcome%" >nul
exit /b 0
