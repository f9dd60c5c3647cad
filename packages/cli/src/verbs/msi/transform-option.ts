/** The option of all verbs that read one package: as its transforms make it. */
import type { Command } from 'commander';
import { collect, texts } from '../verb.ts';

export function withTransforms(command: Command): Command {
  return command.option(
    '--transform <file>',
    'read the package as this .mst makes it, or :NAME for one inside the package; may be given several times',
    collect,
  );
}

/** Transforms that were asked for, in their order. */
export function transformsOf(options: Record<string, unknown>): readonly string[] {
  return texts(options, 'transform');
}
