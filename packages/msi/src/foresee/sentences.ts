/** The sentences of what a command line cannot do. */
import type { FeatureState, LaunchCondition } from '../evaluate/model.ts';
import type { Product } from '../product/model.ts';
import type { Reason } from './model.ts';

/** Names that are shown of a list. */
const mostNames = 8;

function some(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map((name) => name.slice(0, 72));
  return names.length > mostNames
    ? `${shown.join(', ')} and ${names.length - mostNames} more`
    : shown.join(', ');
}

function named(product: Product): string {
  return `${product.name ?? 'the product'} ${product.productCode ?? ''}`.trim();
}

/** Features whose names differ from these only in case: names are case-sensitive. */
function meant(names: readonly string[], product: Product): readonly string[] {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return [...product.features.keys()].filter((id) => wanted.has(id.toLowerCase()));
}

export const reasons = {
  noAction: (): Reason => ({
    code: 'no-action',
    sentence: 'The command line tells msiexec nothing to do: it would show its help.',
  }),
  reinstallNotInstalled: (product: Product): Reason => ({
    code: 'reinstall-not-installed',
    sentence: `REINSTALL takes only features that are installed; where ${named(product)} is not, nothing is.`,
  }),
  notInstalled: (product: Product): Reason => ({
    code: 'product-not-installed',
    sentence: `The command needs ${named(product)} to be installed, and it is not (1605).`,
  }),
  newProductCode: (product: Product, installed: string): Reason => ({
    code: 'new-product-code',
    sentence: `The package has the new product code ${product.productCode ?? ''}; installed is ${installed}. A repair reaches only the product that the package is of: install it instead.`,
  }),
  reinstallAbsent: (names: readonly string[]): Reason => ({
    code: 'reinstall-feature-absent',
    sentence: `REINSTALL takes only features that are installed, and these are not: ${some(names)}.`,
  }),
  unknownFeatures: (where: string, names: readonly string[], product: Product): Reason => {
    const others = meant(names, product);
    const hint = others.length > 0 ? ` Names of features are case-sensitive: write ${some(others)}.` : '';
    return {
      code: where === 'REINSTALL' ? 'reinstall-feature-unknown' : 'feature-unknown',
      sentence: `${where} names what the package does not have, and Windows Installer then refuses the whole: ${some(names)}.${hint}`,
    };
  },
  otherVersion: (product: Product, installed: string): Reason => ({
    code: 'other-version-installed',
    sentence: `Version ${installed} is installed under the same product code; a plain install of ${product.version ?? 'this version'} is refused (1638). A minor upgrade needs REINSTALL=ALL REINSTALLMODE=vomus.`,
  }),
  alreadyInstalled: (product: Product): Reason => ({
    code: 'already-installed',
    sentence: `${named(product)} is installed in this version: a plain install takes no feature anew (Wine would put missing files back). A repair needs REINSTALL=ALL.`,
  }),
  allAbsent: (features: readonly FeatureState[]): Reason => ({
    code: 'features-absent',
    sentence: `No feature would be installed: ${some(features.map(({ feature, why }) => `${feature.id}, because ${why}`))}.`,
  }),
  featureAbsent: ({ feature, why }: FeatureState): Reason => ({
    code: 'feature-absent',
    sentence: `Feature ${feature.id} is asked for and stays absent, because ${why}.`,
  }),
  launchCondition: ({ condition, message }: LaunchCondition): Reason => ({
    code: 'launch-condition',
    sentence: `On a plain 64-bit Windows a launch condition does not hold: ${condition.replace(/\s+/g, ' ').slice(0, 200)} (${message.slice(0, 200)}).`,
  }),
  recache: (): Reason => ({
    code: 'recache-on-first-install',
    sentence:
      'REINSTALLMODE with v is for products that are installed; it must not be used on a first install.',
  }),
  administrative: (): Reason => ({
    code: 'administrative',
    sentence: '/a makes an administrative image to install from and installs nothing.',
  }),
  advertised: (): Reason => ({
    code: 'advertised-only',
    sentence: '/j only advertises the product: nothing is installed until somebody uses it.',
  }),
  ignored: (names: readonly string[]): Reason => ({
    code: 'properties-ignored',
    sentence: `/f does not hear properties: ${some(names)} would have no effect. Write /i with REINSTALL and REINSTALLMODE.`,
  }),
  uninstallNothing: (code: string): Reason => ({
    code: 'product-not-installed',
    sentence: `There is no product ${code} to uninstall (1605).`,
  }),
  transforms: (): Reason => ({
    code: 'transforms',
    sentence:
      'A transform or patch may change what the package says, even its product code: nothing is certain.',
  }),
  otherPackage: (): Reason => ({
    code: 'other-package',
    sentence: 'The command line names another package than this one: it was not judged.',
  }),
  otherProduct: (rule: string, product: Product): Reason => ({
    code: 'detection-other-product',
    sentence: `Detection asks for the product ${rule}; the package installs ${named(product)}.`,
  }),
  newerVersion: (wanted: string, brought: string, what: string): Reason => ({
    code: 'detection-newer-version',
    sentence: `Detection asks for version ${wanted} of ${what}; the package brings ${brought}.`,
  }),
  fileUnknown: (path: string): Reason => ({
    code: 'detection-file-unknown',
    sentence: `Detection asks for ${path}, which the package does not install on 64-bit Windows.`,
  }),
  fileAbsent: (path: string, component: string, why: string): Reason => ({
    code: 'detection-file-not-installed',
    sentence: `Detection asks for ${path}; its component ${component} stays absent, because ${why}.`,
  }),
  repairAfterRemoval: (): Reason => ({
    code: 'repair-after-removal',
    sentence:
      'Where somebody has removed the whole product, the repair line changes nothing: a detection rule for its product code would tell.',
  }),
};
