/** The disk of the machine that this runs on, for programs that need nothing else of it and wait for it. */
import type { Disk } from '@holdfast/ports';
import { linuxDisk } from './linux/disk.ts';
import { realClock } from './shared/clock.ts';
import { windowsDisk } from './windows/disk.ts';

export function localDisk(): Disk {
  return process.platform === 'win32' ? windowsDisk({ clock: realClock() }) : linuxDisk({ waits: true });
}
