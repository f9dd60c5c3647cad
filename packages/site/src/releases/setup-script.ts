/** The script that a new Linux machine runs: it fetches the package of its architecture and starts the bootstrap in it. */
import { type ClientPackage, HoldfastError } from '@holdfast/contract';

/** One word for a POSIX shell, whatever is in it. */
const quoted = (word: string | number): string => `'${String(word).replaceAll("'", `'\\''`)}'`;

/** As `uname -m` calls them. */
const machines = { x64: ['x86_64', 'amd64'], arm64: ['aarch64', 'arm64'] } as const;

/** Kinds that the script can unpack: what the machine's dpkg is to install afterwards need not be fetched twice. */
const kinds = ['tar.gz', 'deb'] as const;

/** The branch of a package in the script, by what the machine could take and what it is; a .tar.gz does for all of them. */
function chosen({ architecture, kind, name, size, sha256 }: ClientPackage, debs: readonly ClientPackage[]) {
  const hasDeb = debs.some((deb) => deb.architecture === architecture);
  const wanted = kind === 'deb' ? ['deb'] : kinds.filter((one) => one === 'tar.gz' || !hasDeb);
  const patterns = wanted.flatMap((one) => machines[architecture].map((machine) => `${one}/${machine}`));
  return `    ${patterns.join(' | ')})
      kind=${kind} name=${quoted(name)} size=${quoted(size)} hash=${quoted(sha256)}
      ;;`;
}

export type ScriptSource = {
  readonly siteCode: string;
  /** https:// address, without a slash at its end. */
  readonly managementPoint: string;
  /** Path of packages by hash below that address. */
  readonly packagesPath: string;
  readonly version: string;
  readonly packages: readonly ClientPackage[];
};

/**
 * For dash, busybox and bash. Nothing is done before its last brace is read, so that half of it does nothing; what it
 * fetches is unpacked only with the hash that stands in it; no word that it is given is ever printed.
 *
 * What it fetches lies in the set-up's own folder, which the set-up empties at its end: this script may not live to do so.
 * @throws HoldfastError `release.missing` where the release has no .tar.gz for Linux
 */
export function setupScript(source: ScriptSource): string {
  const { siteCode, managementPoint, packagesPath, version, packages } = source;
  const ofLinux = packages.filter(({ platform }) => platform === 'linux');
  const archives = ofLinux.filter(({ kind }) => kind === 'tar.gz');
  const debs = ofLinux.filter(({ kind }) => kind === 'deb');
  if (archives.length === 0) {
    throw new HoldfastError('release.missing', `Release ${version} has no .tar.gz for Linux.`);
  }
  return `#!/bin/sh
# Makes this machine a client of Holdfast site ${siteCode}: sudo sh setup.sh TOKEN=HF1...
# The words are those of holdfast-setup; exit codes are its own (0, 6, 7, 8, 9, 10).
set -u
umask 077

site=${quoted(managementPoint)}
packages=${quoted(managementPoint + packagesPath)}
version=${quoted(version)}

say() { printf 'holdfast: %s\\n' "$*" >&2; }

fail() {
  code=$1
  shift
  say "$*"
  exit "$code"
}

choose() {
  [ "$(uname -s)" = Linux ] || fail 9 "this is the script for Linux"
  machine=$(uname -m)
  kind=tar.gz
  if command -v dpkg >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1; then kind=deb; fi
  case $kind/$machine in
${[...archives, ...debs].map((one) => chosen(one, debs)).join('\n')}
    *) fail 9 "this site has no client $version for $machine" ;;
  esac
  # A 64-bit kernel may carry a 32-bit system, where nothing of the package would start.
  bits=$(dd if=/proc/self/exe bs=1 skip=4 count=1 2>/dev/null | tr '\\001\\002' '12')
  [ "$bits" = 2 ] || fail 9 "the kernel is $machine, but the system on it is not 64-bit"
}

downloader() {
  if command -v curl >/dev/null 2>&1; then
    get() {
      curl -fsSk --connect-timeout 30 --speed-limit 1 --speed-time 60 -C - -o "$2" "$1" </dev/null
    }
  elif command -v wget >/dev/null 2>&1; then
    get() { wget -q -c -T 60 --no-check-certificate -O "$2" "$1" </dev/null; }
  else
    fail 9 "neither curl nor wget is installed"
  fi
}

length() { if [ -f "$1" ]; then wc -c <"$1" | tr -d ' '; else echo 0; fi; }

hash_of() { sha256sum "$1" | cut -c 1-64; }

# Goes on where it was cut off; what is whole and wrong is fetched once more from its beginning, and then given up.
download() {
  part=$folder/$hash.part
  anew=0
  try=0
  while :; do
    have=$(length "$part")
    if [ "$have" -gt "$size" ]; then
      rm -f "$part"
    elif [ "$have" -eq "$size" ]; then
      [ "$(hash_of "$part")" = "$hash" ] && return
      rm -f "$part"
      [ "$anew" -eq 0 ] || fail 10 "what $site sends is not $name"
      anew=1
    fi
    if get "$packages/$hash" "$part"; then
      [ "$(length "$part")" -ge "$size" ] && continue
    fi
    try=$((try + 1))
    [ "$try" -lt "\${HOLDFAST_SETUP_TRIES:-20}" ] || fail 6 "$site cannot be reached, or sends less than all of $name"
    pause=$((try * \${HOLDFAST_SETUP_PAUSE:-3}))
    say "$name: $(length "$part") of $size bytes; going on in $pause s"
    sleep "$pause"
  done
}

contents() {
  case $kind in
    deb) dpkg-deb --fsys-tarfile "$part" ;;
    *) gzip -dc "$part" ;;
  esac
}

unpack() {
  tree=$(mktemp -d "$folder/run.XXXXXX") || fail 6 "no folder can be made in $folder"
  contents | tar -xf - -C "$tree" || {
    rm -rf "$tree"
    fail 6 "$name cannot be unpacked in $folder"
  }
  for place in "$tree" "$tree"/* "$tree"/opt/*; do
    [ -x "$place/bin/holdfast-setup" ] && setup=$place/bin/holdfast-setup && return
  done
  rm -rf "$tree"
  fail 6 "$name has no holdfast-setup in it"
}

main() {
  # The token goes on in the environment: lists of processes show every command line.
  for word do
    shift
    case $word in
      TOKEN=*)
        HOLDFAST_TOKEN=\${word#TOKEN=}
        export HOLDFAST_TOKEN
        ;;
      *) set -- "$@" "$word" ;;
    esac
  done
  choose
  downloader
  command -v sha256sum >/dev/null 2>&1 || fail 9 "sha256sum is not installed"
  [ -n "\${HOLDFAST_SETUP_FOLDER:-}" ] || [ "$(id -u)" -eq 0 ] || fail 6 "run it as root: sudo sh setup.sh"
  folder=\${HOLDFAST_SETUP_FOLDER:-/var/lib/holdfast-client/setup/fetched}
  mkdir -p "$folder" || fail 6 "$folder cannot be made"
  download
  unpack
  "$setup" "/mp:$site" "$@" </dev/null
  code=$?
  # 7: it goes on after the restart, with a copy of its own. 8: another set-up may be working with what lies beside.
  case $code in
    0 | 7) rm -rf "$folder" ;;
    *) rm -rf "$tree" ;;
  esac
  exit "$code"
}

# A command in braces is nothing until its last brace has come.
{
  main "$@"
  exit
}
`;
}
