#!/usr/bin/env node
/** The main of the second starter: looks whether the client lives, and brings it back where it does not. */
import { setDefaultCACertificates } from 'node:tls';
import { runRescueProgram } from './rescue/program.ts';
import { processSurroundings } from './surroundings.ts';

// Nobody is trusted but the site's own authority.
setDefaultCACertificates([]);

process.exitCode = await runRescueProgram(process.argv.slice(2), processSurroundings());
