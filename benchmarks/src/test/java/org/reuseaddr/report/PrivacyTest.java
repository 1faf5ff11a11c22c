package org.reuseaddr.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reuseaddr.model.Grade;
import org.reuseaddr.platform.Redaction;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.EnvironmentFile;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.OutputException;
import org.reuseaddr.results.RunDirectory;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.SamplesFile;
import org.reuseaddr.results.SemanticsFile;
import org.reuseaddr.results.SemanticsRow;

/** What identifies the writer of a report is in no file that is written for others. */
class PrivacyTest {

    private static final Redaction WRITER = new Redaction("/home/alice", "alice", "alices-laptop");
    private static final List<String> SECRETS = List.of("alice", "alices-laptop", "10.1.2.3", "fe80::", "bobby");
    private static final String KERNEL = "6.6.114.1-microsoft-standard-WSL2";
    private static final String SECTION = "RFC 9293 3.6, 3.10.7.4";
    private static final Pattern PACKED = Pattern.compile("<template id=\"[^\"]*\">([A-Za-z0-9+/=\\s]+)</template>");

    @TempDir
    private Path directory;

    /** A text with every secret; different each time, so that no two become one. */
    private static String secret(String where) {
        return where + " /home/alice/runs /home/bobby/x by alice on alices-laptop at 10.1.2.3:80 or fe80::1%eth0";
    }

    private RunDirectory run(String kind) throws IOException {
        RunDirectory run = new RunDirectory(Files.createDirectories(directory.resolve("home/alice/runs")));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("kind", kind);
        environment.put("kernel.release", KERNEL);
        environment.put("kernel.version", "Linux version " + KERNEL + " (root@alices-laptop) #1 SMP");
        environment.put("wsl.version", "2.6.1.0");
        environment.put("wsl.generation", "2");
        environment.put("suite.schema", "99");
        for (String name : List.of("os.distribution", "container", "virtual_machine", "cpu.model", "java.vm.name",
                "java.vm.version", "suite.version", "suite.commit", "jvm.flags", "run.check_arguments", "run.jmh_argument.1",
                "windows.version", "wsl.networking_mode", "run.finished", secret("name"))) {
            environment.put(name, secret(name));
        }
        EnvironmentFile.append(run.environment(), environment);
        RunId id = new RunId(secret("id"), secret("label"), secret("platform"));
        try (SemanticsFile semantics = new SemanticsFile(run.semantics())) {
            for (Grade grade : Grade.values()) {
                semantics.append(row(id, grade, secret("evidence") + "\n- a\n+ b\n"));
                semantics.append(row(id, grade, ""));
            }
            KnownScenarios.load().byId().values().stream().filter(known -> known.source().contains(SECTION)).limit(1)
                    .forEach(known -> semantics.append(new SemanticsRow(id, known.id(), known.group(), known.family(), "VIOLATION",
                            "0", "-1 EINVAL", "bind(3)", known.rule() + " (" + known.source() + ")", "", 1, "", 1)));
        }
        Cell cell = new Cell(secret("benchmark"), secret("mode"), 1, new TreeMap<>(Map.of("family", secret("family"))));
        try (SamplesFile samples = new SamplesFile(run.samples(), List.of("family"))) {
            for (int fork = 1; fork <= 4; fork++) {
                samples.append(new Sample(id, cell, fork, 1, Sample.SCORE, fork, secret("unit")));
                samples.append(new Sample(id, cell, fork, 1, secret("metric"), fork, secret("unit")));
            }
        }
        return run;
    }

    private static SemanticsRow row(RunId id, Grade grade, String evidence) {
        String where = grade + evidence.substring(0, Math.min(1, evidence.length()));
        return new SemanticsRow(id, secret("/home/alice/" + where + ".strace"), secret("group"), secret("family"), grade.name(),
                secret("expected"), secret("observed") + "; " + secret("detail"), secret("bind(4, " + where), secret("rule"),
                secret("references"), 1, evidence, 1);
    }

    @ParameterizedTest
    @EnumSource(Audience.class)
    void noSecretOfAnyFieldIsInAnyOutput(Audience audience) throws IOException {
        RunDirectory run = run(audience == Audience.NETDEV ? "linux" : secret("kind"));
        Path out = directory.resolve("out");
        Reports.write(new Reports.ReportRequest(run.path(), Optional.of(run.path()), out, true, false, Optional.of(audience),
                OptionalInt.empty()), WRITER);
        Map<String, String> texts = texts(out);
        String report = "report.zip!" + (audience == Audience.NETDEV ? "report.txt" : "report.md");
        assertThat(texts).containsKeys("report.html", "report.zip!samples.csv", "report.zip!semantics.csv",
                "report.zip!environment.csv", report);
        texts.forEach((name, text) -> {
            String plain = URLDecoder.decode(text.replaceAll("%(?![0-9A-F]{2})", "%25").replace("+", "%2B"),
                    StandardCharsets.UTF_8).replaceAll("[\\\\\u200B]", "");
            assertThat(SECRETS).as(name).noneMatch(secret -> {
                int at = plain.indexOf(secret);
                assertThat(at < 0 ? "" : plain.substring(Math.max(0, at - 80), Math.min(plain.length(), at + 80))).as(name).isEmpty();
                return at >= 0;
            });
        });
        assertThat(texts.get("report.html")).contains(KERNEL);
        assertThat(texts.get(report).replace("\\", "")).contains(KERNEL);
        assertThat(texts.get("report.zip!environment.csv")).contains(KERNEL, "2.6.1.0");
        assertThat(texts.get("report.zip!semantics.csv")).contains(SECTION);
    }

    /** Every file, those within a zip or packed into a page included, by name. */
    private static Map<String, String> texts(Path out) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                add(texts, out.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return texts;
    }

    private static void add(Map<String, String> texts, String name, byte[] bytes) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (name.endsWith(".zip")) {
            ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes));
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                add(texts, name + "!" + entry.getName(), zip.readAllBytes());
            }
        } else if (!name.endsWith(".png")) {
            texts.put(name, text);
            int number = 0;
            for (Matcher packed = PACKED.matcher(text); packed.find(); number++) {
                byte[] gzip = Base64.getDecoder().decode(packed.group(1).strip());
                try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
                    texts.put(name + "#" + number, new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
    }

    @Test
    void theSecretsAreThereWhereTheyAreAskedFor() throws IOException {
        Path out = directory.resolve("out");
        Reports.write(new Reports.ReportRequest(run("wsl2").path(), Optional.empty(), out, true, true, Optional.empty(),
                OptionalInt.empty()), WRITER);
        assertThat(texts(out).get("report.html")).contains(SECRETS);
        assertThat(texts(out).get("report.zip!samples.csv")).contains(SECRETS);
    }

    @Test
    void aSymbolicLinkIsReplacedAndItsTargetStays() throws IOException {
        Path target = Files.writeString(directory.resolve("target"), "kept");
        Path out = Files.createDirectories(directory.resolve("out"));
        Files.createSymbolicLink(out.resolve("report.html"), target);
        Path run = run("wsl2").path();
        Reports.write(new Reports.ReportRequest(run, Optional.empty(), out, false, false));
        assertThat(target).hasContent("kept");
        assertThat(Files.isSymbolicLink(out.resolve("report.html"))).isFalse();

        Path linked = Files.createDirectories(directory.resolve("linked"));
        Files.createSymbolicLink(linked.resolve("charts"), directory);
        assertThatThrownBy(() ->
                Reports.write(new Reports.ReportRequest(run, Optional.empty(), linked, false, false)))
                .isInstanceOf(OutputException.class).hasMessageContaining("charts");
    }

    @Test
    void aPipeIsRefusedInsteadOfRead() throws Exception {
        Path run = Files.createDirectories(directory.resolve("pipes"));
        assertThat(new ProcessBuilder("mkfifo", run.resolve("samples.csv").toString()).start().waitFor()).isZero();
        List<Path> inputs = new ArrayList<>(List.of(run, run.resolve("samples.csv"), Path.of("/proc/self/status")));
        for (Path input : inputs) {
            assertThatThrownBy(() -> Reports.write(
                    new Reports.ReportRequest(input, Optional.empty(), directory.resolve("out"), false, false)))
                    .isInstanceOf(InputException.class).hasMessageContaining("expected a regular file");
        }
    }

    @Test
    void figuresOfAnySizeAreShort() {
        for (double value : new double[] {1e300, -1e300, 1e-300, Double.MIN_VALUE, 123456, 0.00516}) {
            assertThat(Figures.significant(value).length()).isLessThan(18);
        }
        assertThat(Figures.significant(0.00516)).isEqualTo("0.00516");
        assertThat(Figures.significant(1e300)).isEqualTo("1.00e+300");
    }
}
