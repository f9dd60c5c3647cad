#!/usr/bin/env node
/** The main of `holdfast-client`: enrols a machine, and then does what its site's policy says. */
import { setDefaultCACertificates } from 'node:tls';
import { runClientProgram } from './client/program.ts';
import { processSurroundings } from './surroundings.ts';

// dpkg looks for ldconfig and start-stop-daemon where an ordinary account's PATH does not lead.
if (process.platform !== 'win32') {
  process.env.PATH = [process.env.PATH ?? '/usr/bin:/bin', '/usr/sbin', '/sbin'].join(':');
}

// Nobody is trusted but the site's own authority, so Node need not parse the well-known ones for every TLS context.
setDefaultCACertificates([]);

process.exitCode = await runClientProgram(process.argv.slice(2), processSurroundings());
