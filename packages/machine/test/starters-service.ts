/** A service that tells systemd that it lives: for the run inside a container. */
import { systemdSupervisor } from '../src/linux/supervisor.ts';

const supervisor = systemdSupervisor();
if (!supervisor?.patienceMs) throw new Error('nobody watches this service');
if (process.env.NOTIFY_SOCKET !== undefined) throw new Error('its programs could speak in its name');
supervisor.status(`patience ${supervisor.patienceMs} ms\nREADY=0`);
supervisor.ready();
setInterval(supervisor.alive, supervisor.patienceMs / 4);
