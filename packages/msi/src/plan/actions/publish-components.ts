/** PublishComponents and UnpublishComponents: components that other products find by a qualifier. */
import { packGuid } from '../../root/packed-guid.ts';
import type { RegistryPlace } from '../../root/registry.ts';
import { advertised } from '../class-values.ts';
import { because, type ComponentPlan, componentOf, type Planning, rowsOf } from '../context.ts';

type Published = {
  readonly place: RegistryPlace;
  readonly qualifier: string;
  readonly text: string;
  readonly plan: ComponentPlan;
};

async function publishedOf(planning: Planning, state: 'local' | 'absent'): Promise<readonly Published[]> {
  const { forMachine, scene } = planning;
  return (await rowsOf(planning, 'PublishComponent', 'ComponentId')).flatMap((row) => {
    const plan = componentOf(planning, row, state);
    const packed = packGuid(row.key);
    if (!plan || packed === undefined) return [];
    const place: RegistryPlace = forMachine
      ? { hive: 'HKLM', key: `Software\\Classes\\Installer\\Components\\${packed}`, view: '64' }
      : { hive: 'HKCU', key: `Software\\Microsoft\\Installer\\Components\\${packed}`, view: '64' };
    const descriptor = advertised(planning, row.text('Feature_'), plan);
    const text = `${descriptor}${scene.format(row.optionalText('AppData') ?? '')}`;
    return [{ place, qualifier: row.text('Qualifier'), text, plan }];
  });
}

export async function publishComponents(planning: Planning, action: string): Promise<void> {
  for (const { place, qualifier, text, plan } of await publishedOf(planning, 'local')) {
    planning.draft.set(place, qualifier, { kind: 'texts', texts: [text] }, because(action, plan));
  }
}

export async function unpublishComponents(planning: Planning, action: string): Promise<void> {
  const { draft } = planning;
  for (const { place, qualifier, plan } of await publishedOf(planning, 'absent')) {
    draft.clear(place, qualifier, because(action, plan));
  }
}
