/** Prints which boot and which system this is: for the run inside Wine. */
import { windowsBoot } from '../src/windows/boot.ts';

const boot = windowsBoot();
console.log(JSON.stringify({ id: await boot.id(), epoch: (await boot.operatingSystem()).epoch }));
