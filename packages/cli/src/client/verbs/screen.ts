/** `holdfast-client screen`: whether remote control could see this machine's screen, for administrators. */
import { basename, dirname, resolve } from 'node:path';
import { screenSelfTest } from '@holdfast/client';
import { HoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import { isAdministrator, type Machine } from '@holdfast/machine';
import type { Frame } from '@holdfast/ports';
import { AnsweredNo } from '../../answered-no.ts';
import { facts, plain } from '../../terminal.ts';
import { argument, text } from '../../verbs/verb.ts';
import { pngOf } from '../png.ts';
import { openScreenDriver, screenDriverPath } from '../screen-driver.ts';
import { type ClientVerbs, machineFor } from './client-verb.ts';

export function screenVerb({ verb, run }: ClientVerbs): void {
  const command = verb(
    'screen <action>',
    'test: read one picture of the screen with its driver, as remote control will',
    ['screen test', 'screen test --output screen.png', 'screen test --json'],
  )
    .option('--driver <file>', 'the driver in this file in place of the one in use')
    .option('--output <file>', 'keep the picture in this new PNG file, which only its owner may read')
    .addHelpText(
      'after',
      '\nFor root or an administrator. A machine without a screen passes. It answers no where the driver fails.',
    );
  run(command, async ({ session, folder, values, options }) => {
    const action = argument(values, 0);
    if (action !== 'test')
      throw new HoldfastError('request.invalid', `There is no ${plain(action)}: see --help.`);
    // A picture of what somebody works on is for those who could have it anyway.
    if (!isAdministrator())
      throw new HoldfastError('auth.refused', 'Only an administrator may look at the screen.');
    const output = text(options, 'output');
    const machine = machineFor(session.surroundings, { root: '/' });
    try {
      const chosen = text(options, 'driver');
      const driver = chosen ? resolve(chosen) : await screenDriverPath(machine, folder);
      let picture: Frame | undefined;
      const seen = (frame: Frame) => {
        picture = frame;
      };
      const result = await screenSelfTest(await openScreenDriver(driver), { clock: machine.clock, seen });
      if (output !== undefined && picture) await store(machine, resolve(output), picture);
      const kept = output !== undefined && picture ? { output: resolve(output) } : {};
      session.answer({ driver, ...result, ...kept }, () =>
        facts([
          ['driver', driver],
          ['result', result.outcome],
          ['seen', plain(result.text)],
          ...('output' in kept ? [['picture', kept.output] as const] : []),
        ]),
      );
      if (!result.passed) throw new AnsweredNo();
    } finally {
      machine.close();
    }
  });
}

/** Into a file that was not there: nobody can have prepared a link to another. */
async function store({ disk }: Machine, path: string, picture: Frame): Promise<void> {
  await withOpen(disk.open(dirname(path)), (folder) =>
    withOpen(folder.create(basename(path)), async (file) => {
      await file.write(0, pngOf(picture));
      await file.sync();
    }),
  );
}
