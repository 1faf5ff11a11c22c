package org.reuseaddr.cli;

import org.reuseaddr.platform.Platform;
import org.reuseaddr.platform.PlatformEntry;
import picocli.CommandLine.IVersionProvider;

/** The suite's version and commit, with those of the JVM and its native binding. */
final class SuiteVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        Platform platform = Platform.probe();
        return new String[] {"reuseaddr-benchmarks " + platform.entry(PlatformEntry.SUITE_VERSION).orElse("unknown") + " ("
                + platform.entry(PlatformEntry.SUITE_COMMIT).orElse("commit unknown") + ") on Java " + Runtime.version()};
    }
}
