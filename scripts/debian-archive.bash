# Packages from any suite of Debian's archive, for scripts that run the suite on other kernels; sourced after
# common.bash, not run. apt gets a configuration of its own: sources, lists, caches and keyring are apart from the
# machine's, nothing is installed, and root is not needed. The mirror is the one that the machine's own apt uses.

cache=${XDG_CACHE_HOME:-${HOME:?names the directory for caches}/.cache}/reuseaddr-benchmarks
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# How long a list of packages is used before it is asked for again, in minutes.
lists_minutes=1440

# name, suites of the archive, suites of the security archive
releases() {
    cat <<END
bullseye bullseye bullseye-security
bookworm bookworm bookworm-security
bookworm-backports bookworm-backports -
trixie trixie trixie-security
backports trixie-backports -
forky forky -
sid sid -
experimental experimental -
END
}

release_names() {
    releases | cut -d ' ' -f 1 | paste -s -d ' '
}

is_release() {
    releases | cut -d ' ' -f 1 | grep -qxF -e "$1"
}

# known_mirror LABEL: the address of the archive whose Release file has this label, as the machine's apt knows it.
known_mirror() {
    apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null \
        | sed -n "s/^$1|//p" | sort -u | head -n 1 || true
}

# mirror LABEL VARIABLE: that address, or the one that the variable has. A machine whose apt has no lists yet, as in a
# fresh container, fetches them first.
mirror() {
    local found=${!2:-$(known_mirror "$1")}
    if [ -z "$found" ] && may_be_root; then
        privileged apt-get update -qq >/dev/null 2>&1 || true
        found=$(known_mirror "$1")
    fi
    [ -n "$found" ] || die "apt of this machine knows no archive with the label '$1'" \
        "(run 'apt-get update' as root on Debian, or set $2 to the address of a mirror)"
    echo "$found"
}

# own_apt RELEASE COMMAND...: an apt command that sees this release alone.
own_apt() {
    local apt=$cache/apt/$1
    shift
    APT_CONFIG=$apt/apt.conf "$@"
}

# write_apt RELEASE: writes the configuration that own_apt uses. Of the machine's own configuration, only the way to the
# mirror is taken over (proxies); its hooks are not.
write_apt() {
    local release=$1 apt=$cache/apt/$1 suites security suite archive
    command -v apt-get >/dev/null || die "needs apt-get, to fetch packages of Debian's archive"
    [ -f "$keyring" ] || die "needs $keyring: run 'apt-get install debian-archive-keyring' as root"
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/empty"
    read -r suites security < <(releases | sed -n "s/^$release //p")
    archive=$(mirror Debian DEBIAN_MIRROR)
    for suite in ${suites//,/ }; do
        echo "deb [signed-by=$keyring] $archive $suite main"
    done >"$apt/sources.list"
    if [ "$security" != - ]; then
        archive=$(mirror Debian-Security DEBIAN_SECURITY_MIRROR)
        echo "deb [signed-by=$keyring] $archive $security main" >>"$apt/sources.list"
    fi
    : >"$apt/status"
    {
        apt-config dump | grep -E '^Acquire::(https?|Retries|ForceIPv[46])[: ]' || true
        # A suite that is updated no longer keeps its last signature, whose date is over.
        printf '%s\n' 'Acquire::Check-Valid-Until "false";' 'Acquire::Languages "none";' \
            'APT::Architecture "amd64";' 'APT::Architectures { "amd64"; };' \
            "Dir::Etc::sourcelist \"$apt/sources.list\";" "Dir::Etc::sourceparts \"$apt/empty\";" \
            "Dir::Etc::parts \"$apt/empty\";" "Dir::Etc::main \"$apt/empty/none\";" \
            "Dir::Etc::preferences \"$apt/empty/none\";" "Dir::Etc::preferencesparts \"$apt/empty\";" \
            "Dir::State \"$apt\";" "Dir::State::lists \"$apt/lists\";" "Dir::State::status \"$apt/status\";" \
            "Dir::Cache \"$apt\";" "Dir::Cache::archives \"$apt/archives\";" "APT::Sandbox::User \"$(id -un)\";"
    } >"$apt/apt.conf"
}

# refresh_apt RELEASE: the lists of the release, fetched unless they are there and of today. Where the mirror does not
# answer, lists of an earlier day do.
refresh_apt() {
    local release=$1 apt=$cache/apt/$1
    mkdir -p "$apt"
    # Scripts that run side by side wait for one another's lists.
    exec 8>"$apt/lock"
    flock 8
    if [ -n "$(find "$apt/fetched" -mmin -"$lists_minutes" 2>/dev/null)" ]; then
        exec 8>&-
        return
    fi
    write_apt "$release"
    echo "${0##*/}: fetching the list of packages of Debian's $release" >&2
    if own_apt "$release" apt-get -qq update >"$apt/update.log" 2>&1; then
        : >"$apt/fetched"
    elif [ -f "$apt/fetched" ]; then
        echo "${0##*/}: the mirror does not answer; using the list of packages of" \
            "$(date -r "$apt/fetched" +%F)" >&2
    else
        die "no list of packages of Debian's $release: $(grep -m 1 '^E:' "$apt/update.log" \
            || echo "see $apt/update.log")"
    fi
    exec 8>&-
}

# debian_package RELEASE PACKAGE: prints the file of the newest version of this package in this release, which is
# fetched unless it is in the cache.
debian_package() {
    local release=$1 package=$2 apt=$cache/apt/$1 version file partial
    version=$(own_apt "$release" apt-cache policy "$package" | sed -n 's/^  Candidate: //p')
    [ -n "$version" ] && [ "$version" != '(none)' ] || die "Debian's $release has no package $package"
    mkdir -p "$cache/packages"
    file=$cache/packages/${package}_${version//:/%3a}_amd64.deb
    if [ ! -f "$file" ]; then
        echo "${0##*/}: fetching $package $version from Debian's $release" >&2
        # apt-get writes under the final name before it has checked the file.
        partial=$(mktemp -d "$cache/packages/partial-XXXXXX")
        (cd "$partial" && own_apt "$release" apt-get -qq download "$package=$version" >"$apt/download.log" 2>&1) \
            || { rm -rf "$partial" && die "could not fetch $package:" \
                "$(grep -m 1 '^E:' "$apt/download.log" || echo "see $apt/download.log")"; }
        mv "$partial"/*.deb "$file"
        rmdir "$partial"
    fi
    echo "$file"
}

# debian_dependency RELEASE PACKAGE PATTERN: prints the first package that this one depends on whose name matches.
debian_dependency() {
    own_apt "$1" apt-cache depends "$2" | sed -n 's/^ *Depends: //p' | grep -xE -e "$3" | head -n 1 || true
}

# unpacked_package RELEASE PACKAGE: prints a directory with the files of the newest version of the package.
unpacked_package() {
    local file directory
    file=$(debian_package "$1" "$2")
    directory=$cache/unpacked/$(basename "$file" .deb)
    if [ ! -d "$directory" ]; then
        mkdir -p "$directory.$$"
        dpkg-deb -x "$file" "$directory.$$"
        mv -T "$directory.$$" "$directory"
    fi
    echo "$directory"
}
