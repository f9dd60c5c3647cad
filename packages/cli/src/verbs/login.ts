/** `holdfast login` and `holdfast logout`: the stored profile. */
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { HoldfastError, Overview } from '@holdfast/contract';
import type { Command } from 'commander';
import { openApi } from '../api.ts';
import { profilePath, siteOrigin, storeProfile } from '../profile.ts';
import { apiKeyOf, createFirstAdministrator, parseFirstRunLink } from '../sign-in.ts';
import type { Surroundings } from '../terminal.ts';
import { localVerb, runLocal, text } from './verb.ts';

export function loginVerbs(program: Command, surroundings: Surroundings): void {
  const login = localVerb(program, 'login', 'keep site and API key for the other verbs, after trying them', [
    'login --site https://holdfast.example --api-key KEY',
    'login --site https://holdfast.example --email ada@holdfast.example',
    'login --first-run http://127.0.0.1:8080/first-run#SECRET --name Ada --email ada@holdfast.example',
    'login --site http://127.0.0.1:8080        (with the key in HOLDFAST_API_KEY)',
  ])
    .option('--site <url>', "address of the site's console")
    .option('--api-key <key>', 'API key (or HOLDFAST_API_KEY: it then stays out of the list of processes)')
    .option(
      '--email <address>',
      'sign in with e-mail and password (asked for, or HOLDFAST_PASSWORD) and make a key',
    )
    .option('--first-run <link>', 'create the first administrator with the link that the new site has shown')
    .option('--name <name>', 'name of the first administrator');
  runLocal(login, surroundings, async (session, _values, options) => {
    const { site, apiKey } = await credentials(surroundings, options);
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

/** A key that was given, or one made for the person who signs in. */
async function credentials(
  surroundings: Surroundings,
  options: Record<string, unknown>,
): Promise<{ site: string; apiKey: string }> {
  const link = text(options, 'firstRun');
  const email = text(options, 'email');
  const { origin, secret } = link === undefined ? { secret: undefined } : parseFirstRunLink(link);
  const given = origin ?? text(options, 'site');
  if (given === undefined) throw new HoldfastError('command.invalid', 'Give --site URL or --first-run LINK.');
  const site = siteOrigin(given);
  if (email === undefined) {
    const apiKey = text(options, 'apiKey') ?? surroundings.environment.HOLDFAST_API_KEY;
    if (secret === undefined && apiKey) return { site, apiKey };
    throw new HoldfastError(
      'auth.required',
      'Give --api-key KEY, set HOLDFAST_API_KEY, or give --email ADDRESS.',
    );
  }
  const password =
    surroundings.environment.HOLDFAST_PASSWORD ?? (await surroundings.askSecret?.('Password: '));
  if (!password)
    throw new HoldfastError('auth.required', 'No password: set HOLDFAST_PASSWORD, or use a terminal.');
  if (secret !== undefined) {
    const name = text(options, 'name') ?? email;
    await createFirstAdministrator(site, { secret, name, email, password });
  }
  return {
    site,
    apiKey: await apiKeyOf(site, { email, password }, `holdfast login on ${hostname()}`.slice(0, 60)),
  };
}
