package org.reuseaddr.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A platform's files as captured, one text file a platform with {@code === path} before each, unpacked below a
 * directory; and the programs that answer there.
 */
final class CapturedPlatform {

    static final Redaction ALICE = new Redaction("/home/alice", "alice", "alices-laptop");

    static final JvmFacts JVM = new JvmFacts("6.12.48", "amd64", 8, 16L << 30, OptionalLong.of(4096), true, "17.0.15",
            "OpenJDK 64-Bit Server VM", "17.0.15+6", "Debian", List.of(), Locale.GERMANY);

    private final Path root;
    private final Map<String, String> environment = new HashMap<>();
    private final Map<List<String>, String> answers = new HashMap<>();
    private JvmFacts jvm = JVM;

    private CapturedPlatform(Path root) {
        this.root = root;
    }

    static CapturedPlatform named(String name, Path root) {
        CapturedPlatform captured = new CapturedPlatform(root);
        try (InputStream in = CapturedPlatform.class.getResourceAsStream("/platform/" + name + ".txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String file : text.split("(?m)^=== ")) {
                if (!file.isEmpty()) {
                    int end = file.indexOf('\n');
                    captured.file(file.substring(0, end), file.substring(end + 1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return captured;
    }

    static CapturedPlatform withoutAnyFile(Path root) {
        return new CapturedPlatform(root);
    }

    CapturedPlatform file(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    CapturedPlatform variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    CapturedPlatform program(String output, String... command) {
        answers.put(List.of(command), output);
        return this;
    }

    CapturedPlatform jvm(JvmFacts facts) {
        jvm = facts;
        return this;
    }

    SystemFiles files() {
        return new SystemFiles(root);
    }

    Platform probe() {
        return new PlatformProbe(files(), environment, command -> Optional.ofNullable(answers.get(command)), jvm, ALICE,
                Instant.parse("2026-03-04T05:06:07.89Z")).probe();
    }
}
