#!/usr/bin/env node
/** The main of `holdfast`: the site's verbs and the administrators' verbs. */
import { runHoldfast } from './program.ts';
import { processSurroundings } from './surroundings.ts';

process.exitCode = await runHoldfast(process.argv.slice(2), processSurroundings());
