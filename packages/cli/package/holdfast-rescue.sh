#!/bin/sh
# The second starter of the Holdfast client, as far as it needs nothing of the client itself: it proves that the runtime and
# its own program start, and installs the kept package anew where they do not. Then that program looks after the client.
set -u

install=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
state=${HOLDFAST_STATE_FOLDER:-/var/lib/holdfast-client}
rescue=$state/rescue
log=$rescue/holdfast-rescue.log
backoff=$rescue/reinstall.backoff
node=$install/runtime/node
main=$install/launcher/rescue.mjs

say() {
  echo "holdfast-rescue: $1" >&2
  echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $1" >>"$log"
}

# Whether the runtime starts and gets through the program, in a bounded time.
works() {
  timeout -k 5 60 "$node" "$main" --self-test >/dev/null 2>&1 </dev/null
}

# The value of a text field of the record beside the kept package.
field() {
  tr -d '\n' <"$state/package/package.json" 2>/dev/null | sed -n "s/.*\"$1\" *: *\"\([A-Za-z0-9._+-]*\)\".*/\1/p"
}

# The kept package, if it is whole: by its record, or the only one that lies there where the record is lost.
kept() {
  name=$(field name)
  if [ -z "$name" ]; then
    set -- "$state"/package/*.deb "$state"/package/*.rpm "$state"/package/*.tar.gz
    for file; do [ -f "$file" ] && echo "$file" && return 0; done
    return 1
  fi
  echo "$(field sha256)  $state/package/$name" | sha256sum -c >/dev/null 2>&1 && echo "$state/package/$name"
}

# Packages of the system say themselves when another installation is under way, and then change nothing.
reinstall() {
  case $1 in
    *.deb) DEBIAN_FRONTEND=noninteractive timeout -k 60 1800 dpkg --install "$1" ;;
    *.rpm) timeout -k 60 1800 rpm --upgrade --replacepkgs --replacefiles "$1" ;;
    *) timeout -k 60 1800 tar -xzf "$1" --no-same-owner -C "$install" ;;
  esac >>"$log" 2>&1 </dev/null 9>&-
}

# An hour after the first failure, then two, ... a day. A time far ahead was written before the clock was set right.
too_early() {
  read -r failures next <"$backoff" 2>/dev/null || return 1
  now=$(date +%s)
  [ "$now" -lt "$next" ] && [ $((next - now)) -le 86400 ]
}

failed() {
  failures=0
  read -r failures next <"$backoff" 2>/dev/null
  case $failures in '' | *[!0-9]*) failures=0 ;; esac
  hours=$((1 << (failures > 4 ? 4 : failures)))
  [ "$hours" -le 24 ] || hours=24
  echo "$((failures + 1)) $(($(date +%s) + hours * 3600))" >"$backoff"
}

bring_back() {
  # The moment in which an installation puts the new runtime into the place of the old is no fault.
  sleep "${HOLDFAST_RESCUE_PATIENCE:-15}"
  works && return 0
  too_early && say "the runtime does not work; it is tried again later" && return 1
  package=$(kept) || { say "the runtime does not work, and no whole package is kept"; failed; return 1; }
  say "the runtime does not work: installing $package"
  if reinstall "$package" && works; then
    rm -f "$backoff"
    say "the runtime works again"
    mkdir -p "$rescue/spool"
    printf '{"at":%s000,"action":"installed the client anew from the kept package","reason":"its runtime did not work"}' \
      "$(date +%s)" >"$rescue/message.new" && mv "$rescue/message.new" "$rescue/spool/0-shell.json"
    return 0
  fi
  say "the runtime does not work after that either"
  failed
  return 1
}

umask 077
mkdir -p "$rescue"
touch "$log"
if [ "$(wc -c <"$log")" -gt 262144 ]; then mv "$log" "$log.1"; fi
exec 9>"$rescue/lock"
if command -v flock >/dev/null && ! flock -n 9; then
  echo "holdfast-rescue: another one is at work" >&2
  exit 0
fi

# Who asks for something else (--dry-run, status, bundle) wants nothing installed.
case ${1:-run} in run) works || bring_back || exit 1 ;; esac
"$node" "$main" "$@" 9>&-
