package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The jar says under which licences it and everything in it may be used, and is where others look for it. */
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

    /** jbang itself is not asked: it runs the jar that stands beside the catalogue, on a Java that the catalogue names. */
    @Test
    void theCatalogueOfJbangNamesTheJarAndTheJavaThatItNeeds() throws IOException {
        Map<String, String> alias = new HashMap<>();
        try (JsonParser catalogue = new JsonFactory().createParser(ROOT.resolve("jbang-catalog.json").toFile())) {
            for (JsonToken token = catalogue.nextToken(); token != null; token = catalogue.nextToken()) {
                if (token == JsonToken.VALUE_STRING) {
                    alias.put(catalogue.currentName(), catalogue.getText());
                }
            }
        }
        Path named = ROOT.resolve(alias.get("script-ref"));
        assertThat(Files.isSameFile(named, JarRun.JAR)).as(named.toString()).isTrue();
        assertThat(alias).containsEntry("java", "17+");
        try (JarFile jar = new JarFile(named.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS)).isNotEmpty();
        }
    }

    private static String text(JarFile jar, String name) throws IOException {
        try (InputStream content = jar.getInputStream(jar.getEntry(name))) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
