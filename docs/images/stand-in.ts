/** A Windows Installer package for the pictures: laid out as PuTTY's is, without a byte of PuTTY in it. */
import { smallPackage, tableOf } from '@holdfast/site/test/packages';

type PictureFile = readonly [name: string, feature: string, bytes: number, version?: string];

const files: readonly PictureFile[] = [
  ['putty.exe', 'Files', 774_200, '0.68.0.0'],
  ['puttygen.exe', 'Keys', 352_824, '0.68.0.0'],
  ['pageant.exe', 'Keys', 307_256, '0.68.0.0'],
  ['plink.exe', 'Transfer', 603_704, '0.68.0.0'],
  ['pscp.exe', 'Transfer', 612_408, '0.68.0.0'],
  ['psftp.exe', 'Transfer', 628_280, '0.68.0.0'],
  ['putty.chm', 'Help', 280_704],
  ['LICENCE', 'Files', 1_370],
  ['README.txt', 'Help', 1_598],
];

const features = [
  ['Files', null, 'PuTTY', 'The terminal, and what belongs to it', 1, 1],
  ['Transfer', 'Files', 'File transfer', 'plink, pscp and psftp', 3, 1],
  ['Keys', 'Files', 'Keys', 'PuTTYgen and Pageant', 5, 1],
  ['Help', 'Files', 'Help', 'The manual', 7, 1],
  ['Desktop', null, 'Shortcut on the desktop', null, 9, 2],
  ['Servers', null, 'Only on servers', null, 11, 0],
] as const;

/** What is needed to plan an installation, a repair and a removal. */
const sequence = [
  ['CostInitialize', 800],
  ['FileCost', 900],
  ['CostFinalize', 1000],
  ['InstallValidate', 1400],
  ['InstallInitialize', 1500],
  ['ProcessComponents', 1600],
  ['UnpublishFeatures', 1800],
  ['RemoveRegistryValues', 2600],
  ['RemoveFiles', 3500],
  ['InstallFiles', 4000],
  ['WriteRegistryValues', 5000],
  ['RegisterProduct', 6100],
  ['PublishFeatures', 6300],
  ['PublishProduct', 6400],
  ['InstallFinalize', 6600],
] as const;

const id = (name: string) => name.replace(/\W/g, '_');
const guid = (number: number) => `{5C1A0F00-0000-4000-8000-${String(number).padStart(12, '0')}}`;

export function puttyStandIn(): Promise<Uint8Array> {
  return smallPackage({
    properties: {
      ProductName: 'PuTTY release 0.68',
      ProductVersion: '0.68.0.0',
      Manufacturer: 'Simon Tatham',
      ProductCode: guid(68),
      UpgradeCode: guid(1),
    },
    tables: [
      tableOf('Directory', 'Directory:s72* Directory_Parent:S72 DefaultDir:s255', [
        ['TARGETDIR', null, 'SourceDir'],
        ['ProgramFiles64Folder', 'TARGETDIR', '.'],
        ['INSTALLDIR', 'ProgramFiles64Folder', 'PuTTY'],
      ]),
      tableOf(
        'Feature',
        'Feature:s38* Feature_Parent:S38 Title:S64 Description:S255 Display:I2 Level:i2 Directory_:S72 Attributes:i2',
        features.map((feature) => [...feature, 'INSTALLDIR', 0]),
      ),
      tableOf(
        'InstallExecuteSequence',
        'Action:s72* Condition:S255 Sequence:I2',
        sequence.map(([action, number]) => [action, null, number]),
      ),
      tableOf('Registry', 'Registry:s72* Root:i2 Key:s255 Name:S255 Value:S0 Component_:s72', [
        ['Folder', 2, 'Software\\SimonTatham\\PuTTY', 'Folder', '[INSTALLDIR]', 'putty_exe'],
      ]),
      tableOf('Condition', 'Feature_:s38* Level:i2* Condition:S255', [
        ['Servers', 1, 'MsiNTProductType > 1'],
      ]),
      tableOf(
        'Component',
        'Component:s72* ComponentId:S38 Directory_:s72 Attributes:i2 Condition:S255 KeyPath:S72',
        files.map(([name], at) => [id(name), guid(at + 100), 'INSTALLDIR', 256, null, id(name)]),
      ),
      tableOf(
        'FeatureComponents',
        'Feature_:s38* Component_:s72*',
        files.map(([name, feature]) => [feature, id(name)]),
      ),
      tableOf(
        'File',
        'File:s72* Component_:s72 FileName:s255 FileSize:i4 Version:S72 Language:S20 Attributes:I2 Sequence:i2',
        files.map(([name, , bytes, version], at) => [
          id(name),
          id(name),
          name,
          bytes,
          version ?? null,
          version === undefined ? null : '1033',
          512,
          at + 1,
        ]),
      ),
    ],
  });
}
