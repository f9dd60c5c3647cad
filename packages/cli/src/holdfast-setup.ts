#!/usr/bin/env node
/** The main of `holdfast-setup`, the bootstrap: makes a machine a client of a site, and mends one that is. */
import { setDefaultCACertificates } from 'node:tls';
import { runSetupProgram } from './setup/program.ts';
import { processSurroundings } from './surroundings.ts';

// dpkg looks for ldconfig and start-stop-daemon where an ordinary account's PATH does not lead.
if (process.platform !== 'win32') {
  process.env.PATH = [process.env.PATH ?? '/usr/bin:/bin', '/usr/sbin', '/sbin'].join(':');
}

// Nobody is trusted but the site's own authority, which the token's fingerprint leads to.
setDefaultCACertificates([]);

process.exitCode = await runSetupProgram(process.argv.slice(2), processSurroundings());
