#!/usr/bin/env node
/** The main of `holdfast-client`: enrols a machine, and then does what its site's policy says. */
import { runClientProgram } from './client/program.ts';
import { processSurroundings } from './surroundings.ts';

// dpkg looks for ldconfig and start-stop-daemon where an ordinary account's PATH does not lead.
if (process.platform !== 'win32') {
  process.env.PATH = [process.env.PATH ?? '/usr/bin:/bin', '/usr/sbin', '/sbin'].join(':');
}

process.exitCode = await runClientProgram(process.argv.slice(2), processSurroundings());
