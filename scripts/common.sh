# What the scripts of this directory share; sourced, not run.

# The line a user reads when a script cannot go on.
die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# privileged COMMAND...: as root, through sudo where the caller is not root and sudo asks nothing.
privileged() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

# need COMMAND PACKAGE...: makes sure that the command exists, installing the Debian packages if it does not.
need() {
    local command=$1
    shift
    if command -v "$command" >/dev/null || [ -x "/usr/sbin/$command" ]; then
        return
    fi
    command -v apt-get >/dev/null || die "needs the command $command, and this system has no apt-get to install $*"
    may_be_root || die "needs the command $command: run 'apt-get install $*' as root"
    echo "${0##*/}: installing $* for the command $command" >&2
    privileged apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 \
        || { privileged apt-get update -qq >/dev/null \
            && privileged apt-get install -qq -y --no-install-recommends "$@" >/dev/null; } \
        || die "apt-get could not install $*"
    hash -r
}

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=${BENCHMARKS_JAR:-$repository/benchmarks/target/benchmarks.jar}

# The java that runs the suite: $JAVA, that of $JAVA_HOME, or the one on the path; always a full path.
find_java() {
    local found=${JAVA:-${JAVA_HOME:+$JAVA_HOME/bin/java}}
    found=$(command -v "${found:-java}") || die "needs Java 17 or later: set JAVA_HOME or put java on the path"
    readlink -f "$found"
}

need_jar() {
    [ -f "$jar" ] || die "no $jar: build it with 'mvn package'"
}
