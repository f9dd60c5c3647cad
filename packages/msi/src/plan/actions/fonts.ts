/** RegisterFonts and UnregisterFonts: rows of the Font table. */
import type { RegistryPlace } from '../../root/registry.ts';
import { because, type ComponentPlan, type Planning, rowsOf } from '../context.ts';

const place: RegistryPlace = {
  hive: 'HKLM',
  key: 'Software\\Microsoft\\Windows NT\\CurrentVersion\\Fonts',
  view: '64',
};

type Font = { readonly title: string; readonly path: string; readonly plan: ComponentPlan };

async function fontsOf(planning: Planning, state: 'local' | 'absent'): Promise<readonly Font[]> {
  const { components, product, scene } = planning;
  return (await rowsOf(planning, 'Font', 'File_')).flatMap((row) => {
    const file = product.files.get(row.key);
    const plan = components.get(file?.component ?? '');
    if (file === undefined || plan?.action !== state) return [];
    // Without a title the name in the font counts; here the name of the file stands for it.
    const title = row.optionalText('FontTitle') ?? file.name.long.replace(/\.[^.]*$/, '');
    const full = scene.files.get(file.id) ?? '';
    const inFonts = full.toLowerCase().startsWith((scene.property('FontsFolder') ?? '\0').toLowerCase());
    return [{ title, path: inFonts ? file.name.long : full, plan }];
  });
}

export async function registerFonts(planning: Planning, action: string): Promise<void> {
  for (const { title, path, plan } of await fontsOf(planning, 'local')) {
    planning.draft.set(
      place,
      title,
      { kind: 'text', text: path },
      because(action, plan, `the font ${title}`),
    );
  }
}

export async function unregisterFonts(planning: Planning, action: string): Promise<void> {
  for (const { title, plan } of await fontsOf(planning, 'absent'))
    planning.draft.clear(place, title, because(action, plan));
}
