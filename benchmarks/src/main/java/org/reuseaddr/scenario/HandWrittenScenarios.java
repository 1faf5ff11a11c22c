package org.reuseaddr.scenario;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.reuseaddr.socket.Family;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;

/**
 * The scenarios that a person wrote, one file a behaviour, for what the product of {@link GeneratedScenarios} does not
 * reach: the original reports, the calls themselves, threads, connecting, TIME_WAIT, groups.
 *
 * <p>A file's headers say everything that a {@link Scenario} has. {@code index.txt} names the scenarios by their ids, in
 * the catalogue's order; the file of an id is {@code ID.strace}. A file with the header {@code # families: INET, INET6}
 * is a scenario of each family, with {@code -inet} or {@code -inet6} behind the id; it is written in AF_INET, see
 * {@link InFamily}.
 */
final class HandWrittenScenarios {

    private static final String DIRECTORY = "scenarios/";
    private static final String SUFFIX = ".strace";
    private static final String INDEX = "index.txt";
    private static final String FAMILIES = "INET, INET6";

    private HandWrittenScenarios() {
    }

    /** All of them, in the order of the index. */
    static List<CatalogueEntry> entries() {
        try (BufferedReader index = new BufferedReader(new InputStreamReader(open(INDEX), StandardCharsets.UTF_8))) {
            return index.lines().map(HandWrittenScenarios::entry).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(INDEX, e);
        }
    }

    private static CatalogueEntry entry(String id) {
        return new CatalogueEntry(id, id.substring(0, id.indexOf('/')), () -> read(id));
    }

    private static Scenario read(String id) {
        for (Family family : Family.values()) {
            String suffix = InFamily.suffix(family);
            String file = id.endsWith(suffix) ? id.substring(0, id.length() - suffix.length()) + SUFFIX : "";
            if (!file.isEmpty() && HandWrittenScenarios.class.getResource(DIRECTORY + file) != null) {
                Transcript transcript = parse(file);
                if (!header(file, transcript.headers(), InFamily.HEADER).equals(FAMILIES)) {
                    throw new IllegalStateException(file + ": expected '# " + InFamily.HEADER + ": " + FAMILIES + "'");
                }
                return scenario(file, id, InFamily.of(family).expand(transcript));
            }
        }
        return scenario(id + SUFFIX, id, parse(id + SUFFIX));
    }

    private static Transcript parse(String file) {
        try (InputStream text = open(file)) {
            return TranscriptParser.parse(file, text).transcript();
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        } catch (TranscriptException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static Scenario scenario(String file, String id, Transcript transcript) {
        Map<String, String> headers = transcript.headers();
        if (!header(file, headers, "scenario").equals(id)) {
            throw new IllegalStateException(file + ": the scenario " + id + " calls itself " + headers.get("scenario"));
        }
        String references = headers.getOrDefault("references", "");
        return new Scenario(id, header(file, headers, "group"), header(file, headers, "family"),
                header(file, headers, "rule"), header(file, headers, "source"),
                header(file, headers, "promised").equals("yes"),
                Stream.of(references.split(",")).map(String::strip).filter(report -> !report.isEmpty()).toList(),
                transcript);
    }

    private static String header(String file, Map<String, String> headers, String name) {
        return Optional.ofNullable(headers.get(name)).filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalStateException(file + ": no header '# " + name + ": …'"));
    }

    private static InputStream open(String file) {
        InputStream resource = HandWrittenScenarios.class.getResourceAsStream(DIRECTORY + file);
        if (resource == null) {
            throw new IllegalStateException("the suite's own file " + DIRECTORY + file + " is missing");
        }
        return resource;
    }
}
