/** The units of the client as its package installs them: what is there is compared with these, and restored from them. */

/** Where the package puts the client. */
export const installFolder = '/opt/holdfast-client';

export const clientUnit = 'holdfast-client.service';
export const rescueUnit = 'holdfast-rescue.service';
export const rescueTimer = 'holdfast-rescue.timer';

/**
 * Texts by the name of the unit. Those of the usual folder lie beside the other files of the package too.
 * @param folder absolute path of what the package owns
 */
export function unitTexts(folder: string = installFolder): Readonly<Record<string, string>> {
  return {
    [clientUnit]: clientText(folder),
    [rescueUnit]: rescueText(folder),
    [rescueTimer]: timerText,
  };
}

/**
 * Watched for three minutes: a machine that starts, swaps or installs may well stand still for one, and a client that is
 * killed in its work costs more than one that is late. A sign of life each minute goes together with its pulse: one
 * wake-up for both. Killed at once, because a core would hold the client's key.
 */
const clientText = (
  folder: string,
) => `# The Holdfast client. It runs from the first start on, and waits until the machine is enrolled.
# It installs software for the whole system and therefore runs as root, with nothing of the system hidden from it.
[Unit]
Description=Holdfast client
After=network-online.target
Wants=network-online.target
# However often it ends, it is started again.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=${folder}/bin/holdfast-client service
TimeoutStartSec=300
Restart=always
RestartSec=10
# Signs of life come from the main loop, a minute apart.
WatchdogSec=180
WatchdogSignal=SIGKILL
# A running installer is in a session of its own: it ends by itself, and the client finds it again.
KillMode=process
TimeoutStopSec=60

StateDirectory=holdfast-client
StateDirectoryMode=0700
UMask=0022

LockPersonality=yes
RestrictRealtime=yes
SystemCallArchitectures=native
# No MemoryDenyWriteExecute: V8 compiles at run time. No ProtectSystem: installing is its work.

[Install]
WantedBy=multi-user.target
`;

/** A stop of it, as a package's own scripts may ask for, must not end the installation that it has begun. */
const rescueText = (
  folder: string,
) => `# The second starter of the Holdfast client: looks whether the client lives, and brings it back where it does not.
[Unit]
Description=Second starter of the Holdfast client

[Service]
Type=oneshot
ExecStart=/bin/sh ${folder}/bin/holdfast-rescue
TimeoutStartSec=3600
KillMode=process
UMask=0022
`;

/** A clock that was changed is also how a timer hears that the machine has slept. */
const timerText = `# Runs the second starter after the start of the machine, after its sleep, and every hour.
[Unit]
Description=Second starter of the Holdfast client, in its time

[Timer]
OnBootSec=5min
OnUnitInactiveSec=1h
# A machine that wakes finds its clock changed.
OnClockChange=yes
AccuracySec=1min

[Install]
WantedBy=timers.target
`;
