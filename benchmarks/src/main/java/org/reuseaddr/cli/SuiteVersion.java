package org.reuseaddr.cli;

import org.reuseaddr.platform.SuiteBuild;
import picocli.CommandLine.IVersionProvider;

/** The suite's version and commit, with that of the JVM. */
final class SuiteVersion implements IVersionProvider {

    @Override
    public String[] getVersion() {
        SuiteBuild build = SuiteBuild.ofThisJar();
        return new String[] {"reuseaddr-benchmarks " + build.version() + " (" + build.commit() + ") on Java "
                + Runtime.version()};
    }
}
