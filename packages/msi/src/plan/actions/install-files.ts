/** InstallFiles: the files of components that are installed, each by the rules; protected ones are asked of the system. */
import { because, type Planning } from '../context.ts';
import { decideFiles } from '../files/decisions.ts';

export async function installFiles(planning: Planning, action: string): Promise<void> {
  const { components, draft, decisions, productCode, host } = planning;
  await decideFiles(planning);
  const system: string[] = [];
  for (const decision of decisions.values()) {
    draft.decisions.push(decision);
    const plan = components.get(decision.component);
    if (decision.rule === 'protected') system.push(decision.path);
    if (decision.do === 'keep' || plan === undefined) continue;
    const { path, file, reason, packaged } = decision;
    const bytes = { from: 'package', product: productCode, file } as const;
    await draft.place({ path, bytes, size: packaged.size }, because(action, plan, reason));
  }
  if (system.length > 0 && Number.parseFloat(host.machine.windows) < 6) {
    draft.add(
      { kind: 'ask-protection', paths: system },
      {
        action,
        reason: 'the system installs its own versions of what it protects, in one batch after the files',
      },
    );
  }
}
