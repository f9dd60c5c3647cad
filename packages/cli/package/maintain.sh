# What the scripts of the .deb and of the .rpm have in common. DPKG_ROOT is set where dpkg works in a folder from outside.

root=${DPKG_ROOT:-}
install="$root/opt/holdfast-client"
state="$root/var/lib/holdfast-client"
own_units="$root/etc/systemd/system"
units="holdfast-client.service holdfast-rescue.timer"

# Whether this is a running system with systemd, and not an image that is being made.
is_running() {
  [ -z "$root" ] && [ -d /run/systemd/system ]
}

enable_units() {
  if command -v systemctl >/dev/null; then
    # shellcheck disable=SC2086
    systemctl ${root:+--root="$root"} enable --quiet $units || echo "The units of the client could not be enabled." >&2
  fi
}

# After the files are there, for the first time ($1 empty) or again. Nothing here fails the installation: a client that
# does not start now is started by its second starter, a half installed one would be nobody's.
came() {
  is_running && systemctl daemon-reload || true
  enable_units
  is_running || return 0
  systemctl --no-block start holdfast-rescue.timer || true
  # Not waited for: the client may itself be who installs this, and ends only when this has ended.
  systemctl --no-block restart holdfast-client.service || true
  if [ -n "$1" ] && [ -e "$state/settings.json" ]; then
    timeout 120 "$install/bin/holdfast-client" repair --by-package >&2 ||
      echo "The client is not whole yet; its health evaluation goes on." >&2
  fi
}

# Before the last version goes: the second starter first, because it would start the client again.
goes() {
  is_running || return 0
  systemctl disable --now --quiet holdfast-rescue.timer || true
  systemctl stop holdfast-rescue.service || true
  systemctl disable --now --quiet holdfast-client.service || true
}

# After the files of the last version have gone: what stands in for units of the package, and links to them.
gone() {
  # shellcheck disable=SC2086
  forget_units $units holdfast-rescue.service
}

forget_units() {
  for unit; do
    rm -rf "$own_units/$unit" "$own_units/$unit.d"
    rm -f "$own_units/multi-user.target.wants/$unit" "$own_units/timers.target.wants/$unit"
  done
  is_running && systemctl daemon-reload || true
}

# Identity, journal and cache: only when the administrator wants them gone, too. With them goes a set-up that is under
# way. Its hook must outlive all else: it may be the set-up that removes the package.
forget() {
  is_running && systemctl disable --now --quiet holdfast-setup.timer 2>/dev/null || true
  forget_units holdfast-setup.timer holdfast-setup.service
  rm -rf "$state"
}
