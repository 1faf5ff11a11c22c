package org.reuseaddr;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every library is pinned: the build checks what dependencies.sha256 names, and it names them all. */
class DependenciesTest {

    private static final Path PINS = Path.of("dependencies.sha256");
    private static final Path REPOSITORY = Path.of(System.getProperty("local.repository"));

    @Test
    void everyLibraryIsPinnedByItsChecksum() throws IOException {
        List<String> pins = Files.readAllLines(PINS).stream().filter(line -> !line.startsWith("#")).toList();
        List<String> libraries = Stream.of(System.getProperty("surefire.test.class.path",
                        System.getProperty("java.class.path")).split(":"))
                .filter(entry -> entry.endsWith(".jar")).map(Path::of).map(DependenciesTest::pin).sorted().toList();

        assertThat(libraries).isNotEmpty();
        assertThat(pins).containsExactlyInAnyOrderElementsOf(libraries);
    }

    /** As sha256sum writes it, with the path below the local repository: group, artifact, version, file. */
    private static String pin(Path jar) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
            return HexFormat.of().formatHex(hash) + "  " + REPOSITORY.relativize(jar);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
