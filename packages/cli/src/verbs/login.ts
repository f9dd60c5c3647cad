/** `holdfast login` and `holdfast logout`: the stored profile. */
import { rm } from 'node:fs/promises';
import { HoldfastError, Overview } from '@holdfast/contract';
import type { Command } from 'commander';
import { openApi } from '../api.ts';
import { profilePath, siteOrigin, storeProfile } from '../profile.ts';
import type { Surroundings } from '../terminal.ts';
import { localVerb, runLocal, text } from './verb.ts';

export function loginVerbs(program: Command, surroundings: Surroundings): void {
  const login = localVerb(program, 'login', 'keep site and API key for the other verbs, after trying them', [
    'login --site https://holdfast.example --api-key KEY',
    'HOLDFAST_API_KEY=… holdfast login --site http://127.0.0.1:8080',
  ])
    .requiredOption('--site <url>', "address of the site's console")
    .option('--api-key <key>', 'API key (or HOLDFAST_API_KEY: it then stays out of the list of processes)');
  runLocal(login, surroundings, async (session, _values, options) => {
    const site = siteOrigin(text(options, 'site') ?? '');
    const apiKey = text(options, 'apiKey') ?? surroundings.environment.HOLDFAST_API_KEY;
    if (!apiKey) throw new HoldfastError('auth.required', 'Give --api-key KEY, or set HOLDFAST_API_KEY.');
    await openApi(site, apiKey, surroundings.stopped).get(Overview, '/overview');
    const path = await storeProfile(surroundings.environment, { site, apiKey });
    session.answer({ site, profile: path }, () => `logged in at ${site}\nprofile ${path}`);
  });

  const logout = localVerb(program, 'logout', 'forget the stored site and API key', ['logout']);
  runLocal(logout, surroundings, async (session) => {
    const path = profilePath(surroundings.environment);
    await rm(path, { force: true });
    session.answer({ profile: path, removed: true }, () => 'logged out');
  });
}
