# What the scripts of this directory share; sourced, not run.

# The line a user reads when a script cannot continue.
die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# privileged COMMAND...: as root, through sudo where the caller is not root. Only somebody at a terminal is asked for a
# password.
privileged() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

may_be_root() {
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }
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

# A JDK of Java 17 or later and Maven, from the distribution.
need_build_tools() {
    local version=0 package
    if command -v javac >/dev/null; then
        version=$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
    fi
    if [ "${version:-0}" -lt 17 ]; then
        may_be_root && command -v apt-get >/dev/null \
            || die "needs a JDK of Java 17 or later and Maven: run 'apt-get install openjdk-17-jdk-headless maven' as root"
        privileged apt-get update -qq >/dev/null || true
        for package in openjdk-17-jdk-headless openjdk-21-jdk-headless openjdk-25-jdk-headless default-jdk-headless; do
            if apt-cache show "$package" >/dev/null 2>&1; then
                break
            fi
        done
        echo "${0##*/}: installing $package" >&2
        privileged apt-get install -qq -y --no-install-recommends "$package" >/dev/null \
            || die "apt-get could not install $package"
        hash -r
    fi
    need mvn maven
}

# Maven with nothing but its complaints, on standard error. It writes ESC[0m to a pipe too, whatever -B and style.color say, which
# would stand before the output of the jar.
quiet_maven() {
    mvn -q -B "$@" 2>&1 | sed $'s/\e\\[[0-9;]*m//g' >&2
    return "${PIPESTATUS[0]}"
}

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jar=${BENCHMARKS_JAR:-$repository/benchmarks/target/benchmarks.jar}

# The java that runs the suite: $JAVA, that of $JAVA_HOME, or the one on the path; always a full path.
find_java() {
    local found=${JAVA:-${JAVA_HOME:+$JAVA_HOME/bin/java}}
    found=$(command -v "${found:-java}") || die "needs Java 17 or later: set JAVA_HOME or put java on the path"
    readlink -f "$found"
}

# The jar is built if it is not there or any source is newer.
need_jar() {
    if [ -n "${BENCHMARKS_JAR:-}" ]; then
        [ -f "$jar" ] || die "no $jar, which BENCHMARKS_JAR names"
        return
    fi
    if [ ! -f "$jar" ] || [ -n "$(find "$repository/pom.xml" "$repository/benchmarks/pom.xml" \
            "$repository/benchmarks/src/main" -newer "$jar" -print -quit)" ]; then
        need_build_tools
        echo "${0##*/}: building $jar" >&2
        (cd "$repository" && quiet_maven -DskipTests package) || die "the build failed; its messages are above"
    fi
}
