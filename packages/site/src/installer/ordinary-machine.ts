/** The machine that packages are thought through on: 64-bit Windows 10, as most clients have it. */
import { describeMachine, type Product, type TargetMachine } from '@holdfast/msi';

/** That of ARM where the package is made for it. */
export function ordinaryMachine({ architecture }: Product): TargetMachine {
  return describeMachine({ architecture: architecture === 'arm64' ? 'arm64' : 'x64', windows: '10.0' });
}
