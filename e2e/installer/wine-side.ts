/** What real msiexec does with a Wine prefix: many command lines in one batch file. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WinePrefix } from '@holdfast/machine/wine';

/** Makes folders of links: Wine's point to the home of whoever runs it, where no test has any business. */
export function keepInside(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) keepInside(path);
    if (!entry.isSymbolicLink()) continue;
    rmSync(path);
    mkdirSync(path);
  }
}

/** Milliseconds for one msiexec, on a busy machine. */
const lineLimit = 20_000;

const program = 'C:\\windows\\system32\\msiexec.exe';

/** @returns the exit codes of the calls, in their order; no wineserver is left */
export async function wineMsiexec(
  prefix: WinePrefix,
  calls: readonly (readonly string[])[],
): Promise<readonly number[]> {
  const lines = calls.map((words) => [program, ...words].join(' '));
  const codes = 'C:\\exit codes.txt';
  const batch = [
    '@echo off',
    // 9009: on a busy machine Wine's cmd now and then does not find the program.
    ...lines.flatMap((line) => [line, `if %errorlevel%==9009 ${line}`, `echo %errorlevel%>>"${codes}"`]),
  ];
  writeFileSync(join(prefix.driveC, 'run.bat'), `${batch.join('\r\n')}\r\n`);
  writeFileSync(prefix.toLinux(codes), '');
  const { output } = await prefix.run('cmd', ['/c', 'C:\\run.bat'], {
    timeoutMs: 60_000 + lines.length * lineLimit,
  });
  const found = readFileSync(prefix.toLinux(codes), 'latin1').split(/\s+/).filter(Boolean).map(Number);
  if (found.length !== lines.length)
    throw new Error(`${found.length} of ${lines.length} lines ended: ${output}`);
  await prefix.shutDown();
  return found;
}
