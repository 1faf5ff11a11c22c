package org.reuseaddr.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * What the build wrote down about the suite itself.
 *
 * @param version its version
 * @param commit the commit that it was built from; {@code unknown} for a tree without git
 */
public record SuiteBuild(String version, String commit) {

    /** Of this jar; reads one resource of it. */
    public static SuiteBuild ofThisJar() {
        Properties build = new Properties();
        try (InputStream in = SuiteBuild.class.getResourceAsStream("suite.properties")) {
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("suite.properties of the jar cannot be read", e);
        }
        return new SuiteBuild(build.getProperty(PlatformEntry.SUITE_VERSION), build.getProperty(PlatformEntry.SUITE_COMMIT));
    }
}
