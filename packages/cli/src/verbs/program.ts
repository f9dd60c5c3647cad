/** `holdfast program`: what a package does on a client, and how to tell that it is there. */
import { HoldfastError, Platform, Program, ProgramDefinition } from '@holdfast/contract';
import { type Command, Option } from 'commander';
import { Compile } from 'typebox/compile';
import { readJsonFile } from '../json-file.ts';
import { dpkgRule, exitCode, fileRule, msiRule, registryRule } from '../software/detection.ts';
import { gate, gateExamples } from '../software/gates.ts';
import { facts, type Surroundings } from '../terminal.ts';
import { findPackage } from './find.ts';
import { apiVerb, argument, collect, number, runOverApi, text, texts, wholeNumber } from './verb.ts';

const definitionShape = Compile(ProgramDefinition);
const platforms = Platform.anyOf.map((one) => one.const);
/** The field's default. */
const standardMinutes = 120;

function fromOptions(options: Record<string, unknown>): unknown {
  const gates = texts(options, 'gate').map(gate);
  return {
    name: text(options, 'name'),
    platform: text(options, 'platform'),
    install: text(options, 'install'),
    ...(text(options, 'repair') === undefined ? {} : { repair: text(options, 'repair') }),
    ...(text(options, 'uninstall') === undefined ? {} : { uninstall: text(options, 'uninstall') }),
    detection: [
      ...texts(options, 'detectFile').map(fileRule),
      ...texts(options, 'detectDpkg').map(dpkgRule),
      ...texts(options, 'detectMsi').map(msiRule),
      ...texts(options, 'detectRegistry').map(registryRule),
    ],
    exitCodes: texts(options, 'exitCode').map(exitCode),
    maxRunMinutes: number(options, 'maxRunMinutes', standardMinutes),
    ...(gates.length === 0 ? {} : { gates }),
  };
}

/** @throws HoldfastError `request.invalid` with the field that is wrong */
function checked(definition: unknown): ProgramDefinition {
  if (definitionShape.Check(definition)) return definition;
  const [fault] = definitionShape.Errors(definition);
  throw new HoldfastError(
    'request.invalid',
    `The program is not complete: ${fault?.instancePath.slice(1) || 'it'} ${fault?.message ?? 'is missing'}. ` +
      'It needs --name, --platform, --install and at least one --detect-… rule.',
  );
}

export function programVerbs(program: Command, surroundings: Surroundings): void {
  const noun = program
    .command('program')
    .description('command lines of a package, with their detection rule');
  const add = apiVerb(noun, 'add <package>', 'add a program to a package', [
    `program add tools --name install --platform linux --install 'tar -xzf "{content}/tools.tar.gz" -C {root}' --detect-file /opt/tools/bin/tool`,
    'program add PuTTY --name install --platform windows --install "msiexec /i ..." --detect-msi "{...}"',
    'program add tools --name install --platform linux --install "..." --detect-dpkg tools --gate installer-idle --gate maintenance-window=sat,sun@22:00+4h',
    'program add PuTTY --definition program.json --json',
  ])
    .option('--definition <file>', 'the whole program as JSON (ProgramDefinition of the API)')
    .option('--name <name>', 'name of the program')
    .addOption(new Option('--platform <platform>', 'where it runs').choices(platforms))
    .option(
      '--install <command>',
      'command line; {content}, {root}, {state} and {log} are filled in, no shell reads it',
    )
    .option('--repair <command>', 'run when detection fails where it held (otherwise: --install)')
    .option('--uninstall <command>', 'command line that removes it')
    .option('--detect-file <path[,sha256=…|,version=…]>', 'present when this file is (repeat: all)', collect)
    .option('--detect-dpkg <name[=version]>', 'present when dpkg has this package installed', collect)
    .option('--detect-msi <productCode>', 'present when Windows Installer has this product', collect)
    .option('--detect-registry <HIVE\\key\\name[=value]>', 'present when this registry value is', collect)
    .option('--exit-code <code=meaning>', "adds to the field's defaults (0, 1707, 3010, 1641, 1618)", collect)
    .option(
      '--gate <kind[=value]>',
      `waits for this before it runs (repeat: all): ${gateExamples.join(', ')}`,
      collect,
    )
    .option('--max-run-minutes <minutes>', 'longer runs are ended', wholeNumber(1, 1440), standardMinutes);
  runOverApi(add, surroundings, async (session, values, options) => {
    const file = text(options, 'definition');
    const definition = checked(
      file === undefined ? fromOptions(options) : await readJsonFile(file, 'definition'),
    );
    const detail = await findPackage(session.api, argument(values, 0));
    const created = await session.api.send(Program, 'POST', `/packages/${detail.id}/programs`, definition);
    session.answer(created, () =>
      facts([
        ['program', `${detail.name} ${created.name}`],
        ['id', created.id],
      ]),
    );
  });
}
