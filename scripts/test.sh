#!/bin/bash
# Installs what the tests need and runs all of them, those that are slow or need other programs included: mvn
# -Pall verify, with the arguments given.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.bash"

need_build_tools
# command and the Debian packages that bring it
need gcc gcc libc6-dev
need strace strace
need python3 python3
need unshare util-linux
need ip iproute2
need nft nftables
need sysctl procps
need git git
# servers that twice is tried on
need nginx nginx-light
need redis-server redis-server
need musl-gcc musl-tools
need node nodejs
need chromium chromium
need chromedriver chromium-driver
# Charts are drawn with the fonts of the system.
need fc-list fontconfig fonts-dejavu-core

cd "$repository"
exec mvn -B -ntp -Pall verify "$@"
