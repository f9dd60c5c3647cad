/** Keys and values are changed: many at once, because each time the whole hive is made durable. */
import type { Operating } from '../bench.ts';
import { installerErrors, installerFailure } from '../failure.ts';
import { changeOf, notApplied } from '../kept-changes.ts';
import type { StepOf } from '../steps.ts';

export const changeRegistry: Operating<StepOf<'change-registry'>> = {
  async apply({ changes: kept }, { host: { registry } }) {
    const changes = kept.map(changeOf);
    await registry.apply(changes);
    const wrong = notApplied(registry, changes);
    if (wrong === undefined) return;
    throw installerFailure(
      installerErrors.keyUnwritable,
      [wrong.name, wrong.key],
      `The value "${wrong.name}" of ${wrong.key} is not what was written.`,
    );
  },
  async undo({ undo }, { host: { registry } }) {
    if (undo.length > 0) await registry.apply(undo.map(changeOf));
  },
};
