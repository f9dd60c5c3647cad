/** Windows Installer packages for tests: a small one, built with wixl, and PuTTY's own. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { repositoryFolder } from './places.ts';

export type InstallerPackage = {
  /** Linux path of the .msi. */
  readonly msi: string;
  readonly productCode: string;
  readonly version: string;
  /** Windows path of one of its files. */
  readonly installedFile: string;
};

/** PuTTY 0.68 for 32-bit Windows, beside the repository; not everybody has it. */
export const puttyPackage: InstallerPackage = {
  msi: `${repositoryFolder}/../shared/corpus/msi/putty-0.68-installer.msi`,
  productCode: '{55717628-7AE6-4BCF-A046-FA2768945E76}',
  version: '0.68.0.0',
  installedFile: 'C:\\Program Files (x86)\\PuTTY\\putty.exe',
};

const version = '1.2.3';

/** A GUID that is always the same for a text. */
function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

const sourceOf = (name: string) => `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="${guidOf(`${name} product`)}" Name="Holdfast ${name}" Manufacturer="Holdfast" Language="1033"
      Version="${version}" UpgradeCode="${guidOf(`${name} upgrade`)}">
    <Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine" Platform="x64"/>
    <Media Id="1" Cabinet="sample.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder">
        <Directory Id="INSTALLDIR" Name="Holdfast ${name}">
          <Component Id="Sample" Guid="${guidOf(`${name} component`)}" Win64="yes">
            <File Id="SampleText" Name="sample.txt" Source="sample.txt" KeyPath="yes"/>
          </Component>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="Main" Level="1"><ComponentRef Id="Sample"/></Feature>
  </Product>
</Wix>
`;

/** Makes the package `name` (one word) in `folder`, which is made if it is missing. */
export async function buildSmallPackage(folder: string, name: string): Promise<InstallerPackage> {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/sample.wxs`, sourceOf(name));
  await writeFile(`${folder}/sample.txt`, `This file belongs to ${name}.\r\n`);
  await promisify(execFile)('wixl', ['--arch', 'x64', '-o', 'sample.msi', 'sample.wxs'], { cwd: folder });
  return {
    msi: `${folder}/sample.msi`,
    productCode: `{${guidOf(`${name} product`)}}`,
    version,
    installedFile: `C:\\Program Files\\Holdfast ${name}\\sample.txt`,
  };
}
