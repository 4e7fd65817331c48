#!/usr/bin/env bash
# Makes .venv and installs what the course needs (setup.sh course) or what its tests need too (setup.sh tests).
# System packages are installed where this may be done (root, or sudo without a password); where not, the script says
# in plain words what is missing and what will not work without it.
set -euo pipefail
cd "$(dirname "$0")/.."
mode="${1:-course}"

fits() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
python=""
for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11; do
  if fits "$candidate"; then python="$candidate"; break; fi
done
if [ -z "$python" ]; then
  echo "Hanoi Kit needs Python 3.11, 3.12 or 3.13, and none was found. Install one, or say where it is: make start PYTHON=/path/to/python3.11" >&2
  exit 1
fi

# program that is looked for : Debian package that has it : what needs it
wanted="openssl:openssl:checking timestamps with a second program"
if [ "$mode" = tests ]; then
  wanted="$wanted
bwrap:bubblewrap:the run without network
chromium:chromium:the browser tests
mcopy:mtools:rebuilding the disk image
mkfs.fat:dosfstools:rebuilding the disk image
ewfacquire:ewf-tools:rebuilding the disk image
fls:sleuthkit:reading the disk image with a second program
faketime:faketime:rebuilding the disk image byte for byte
pg_ctlcluster:postgresql:marks in a PostgreSQL database"
fi
packages=""; lines=""
while IFS=: read -r program package purpose; do
  if ! PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null 2>&1; then
    packages="$packages $package"; lines="$lines
  - $package ($purpose)"
  fi
done <<<"$wanted"
if [ -n "$packages" ]; then
  echo "Installing system packages:$packages"
  as_root=""
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && as_root="sudo -n"; }
  if { [ "$(id -u)" = 0 ] || [ -n "$as_root" ]; } && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086
    { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $packages; } >/dev/null || missing=1
  else
    missing=1
  fi
  if [ "${missing:-0}" = 1 ]; then
    echo "These system packages are missing and could not be installed from here:$lines" >&2
    echo "Ask an administrator for: apt-get install$packages" >&2
    [ "$mode" = course ] && echo "The course opens without them." >&2
    [ "$mode" = tests ] && exit 1
  fi
fi

if [ ! -x .venv/bin/python ]; then
  echo "Making .venv"
  "$python" -m venv .venv || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2; exit 1; }
fi
extra=""; [ "$mode" = tests ] && extra="[test]"
echo "Installing the Python packages (one to three minutes the first time)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".$extra" || {
  echo "The Python packages could not be installed; the lines above say why. This step needs a network once; afterwards none is needed. Run the command again when there is one." >&2
  exit 1
}
