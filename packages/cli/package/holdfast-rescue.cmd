@echo off
rem The second starter of the Holdfast client, as far as it needs nothing of the client itself: it proves that the runtime and
rem its own program start, and has the kept package installed anew where they do not. Then that program looks after the client.
setlocal
set "install=%~dp0.."
set "state=%ProgramData%\Holdfast"
set "rescue=%state%\rescue"
set "log=%rescue%\holdfast-rescue.log"
if not exist "%rescue%" mkdir "%rescue%"

call :works
if not errorlevel 1 goto run
rem The moment in which an installation puts the new runtime into the place of the old is no fault.
ping -n 16 127.0.0.1 >nul
call :works
if not errorlevel 1 goto run

set "package="
for %%f in ("%state%\package\*.msi") do set "package=%%f"
if "%package%"=="" (
  echo %date% %time% the runtime does not work, and no package is kept>>"%log%"
  exit /b 1
)
echo %date% %time% the runtime does not work: installing %package%>>"%log%"
msiexec /I "%package%" /qn /norestart /L*v "%rescue%\msiexec.log" REINSTALLMODE=vmeus REINSTALL=ALL
call :works
if errorlevel 1 (
  echo %date% %time% the runtime does not work after that either>>"%log%"
  exit /b 1
)
echo %date% %time% the runtime works again>>"%log%"

:run
"%install%\runtime\node.exe" "%install%\launcher\rescue.mjs" %*
exit /b %errorlevel%

:works
"%install%\runtime\node.exe" "%install%\launcher\rescue.mjs" --self-test >nul 2>&1
exit /b %errorlevel%
