package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The jar says under which licences it and everything in it may be used. */
class JarContentsIT {

    private static final Path ROOT = Path.of("..");

    @Test
    void theLicenceAndTheNoticeAreThoseOfTheProject() throws IOException {
        try (JarFile jar = new JarFile(JarRun.JAR.toFile())) {
            for (String name : List.of("LICENSE", "NOTICE", "licenses/GPL-2.0-with-classpath-exception.txt")) {
                assertThat(text(jar, name)).as(name).isEqualTo(Files.readString(ROOT.resolve(name)));
            }
        }
    }

    @Test
    void theNoticeNamesEveryLibraryOfTheJarAndNoOther() throws IOException {
        try (JarFile jar = new JarFile(JarRun.JAR.toFile())) {
            List<String> named = text(jar, "NOTICE").lines().map(String::strip)
                    .filter(line -> line.matches("[a-z][a-z.-]+:[a-z0-9-]+")).toList();
            // Most libraries carry their POM; of those that do not, the pinned libraries are the check.
            List<String> bundled = jar.stream().map(entry -> entry.getName().split("/"))
                    .filter(path -> path.length == 5 && path[1].equals("maven") && path[4].equals("pom.properties"))
                    .map(path -> path[2] + ":" + path[3]).filter(name -> !name.startsWith("org.reuseaddr:")).toList();
            assertThat(bundled).isNotEmpty();
            assertThat(named).containsAll(bundled);
            try (Stream<String> pins = Files.lines(Path.of("dependencies.sha256"))) {
                List<String> paths = pins.toList();
                assertThat(named).doesNotHaveDuplicates().allMatch(name -> paths.stream().anyMatch(
                        path -> path.contains("  " + name.replaceFirst(":.*", "").replace('.', '/')
                                + name.substring(name.indexOf(':')).replace(':', '/') + "/")));
            }
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        try (InputStream content = jar.getInputStream(jar.getEntry(name))) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
