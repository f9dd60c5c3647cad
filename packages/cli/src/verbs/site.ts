/** `holdfast site`: makes, runs, backs up and restores a site on this machine, and says which wires a site answers. */
import { type Command, InvalidArgumentError } from 'commander';
import { standardConfig } from '../site-place.ts';
import type { Surroundings } from '../terminal.ts';
import { siteWiresVerb } from './site-wires.ts';
import { collect, localVerb, runLocal } from './verb.ts';

/** A site server is a second of loading: it is loaded for these verbs, when one of them runs. */
const commands = () => import('../site-commands.ts');

function siteCode(words: string): string {
  if (!/^[A-Z0-9]{3}$/.test(words)) throw new InvalidArgumentError('It is three characters of A-Z and 0-9.');
  return words;
}

export function siteVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program.command('site').description('a site on this machine');
  const withConfig = (usage: string, summary: string, examples: readonly string[]) =>
    localVerb(noun, usage, summary, examples).option(
      '--config <file>',
      'configuration of the site',
      standardConfig,
    );

  const initVerb = withConfig(
    'init',
    'make a site: an example site.yaml if there is none, keys and database',
    ['site init', 'site init --config /etc/holdfast/site.yaml --site-code LAB --host-name holdfast.example'],
  )
    .option('--site-code <code>', 'three characters, for a new site.yaml', siteCode)
    .option('--host-name <name>', 'name or address that clients use, for a new site.yaml (repeat)', collect);
  runLocal(initVerb, surroundings, async (session, _values, options) =>
    (await commands()).init(session, options),
  );

  const startVerb = withConfig('start', 'run the site in the foreground until SIGTERM or Ctrl-C', [
    'site start',
    'site start --config /etc/holdfast/site.yaml --json',
  ]);
  runLocal(startVerb, surroundings, async (session, _values, options) =>
    (await commands()).start(session, options),
  );

  const backupVerb = withConfig('backup <file>', 'write the whole site into one file, while it runs', [
    'site backup /var/backups/holdfast-2026-09-01.backup',
    'site backup site.backup --config /etc/holdfast/site.yaml --json',
  ]);
  runLocal(backupVerb, surroundings, async (session, values, options) =>
    (await commands()).backup(session, values, options),
  );

  const restoreVerb = withConfig(
    'restore <file>',
    'restore a backup into an empty data folder (and database)',
    ['site restore site.backup --config /etc/holdfast/site.yaml'],
  );
  runLocal(restoreVerb, surroundings, async (session, values, options) =>
    (await commands()).restore(session, values, options),
  );

  siteWiresVerb(noun, surroundings);
}
