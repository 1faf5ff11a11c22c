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
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;

/**
 * The scenarios that a person wrote, one file a behaviour, for what the product of {@link GeneratedScenarios} does not
 * reach: the original reports, the calls themselves, threads, connecting, TIME_WAIT, groups. A file's headers say
 * everything that a {@link Scenario} has; {@code index.txt} names the files, in the catalogue's order.
 */
final class HandWrittenScenarios {

    private static final String DIRECTORY = "scenarios/";
    private static final String INDEX = "index.txt";

    private HandWrittenScenarios() {
    }

    /** All of them, in the order of the index. */
    static List<Scenario> all() {
        try (BufferedReader index = new BufferedReader(new InputStreamReader(open(INDEX), StandardCharsets.UTF_8))) {
            return index.lines().map(HandWrittenScenarios::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(INDEX, e);
        }
    }

    private static Scenario read(String file) {
        try (InputStream text = open(file)) {
            return scenario(file, TranscriptParser.parse(file, text).transcript());
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        } catch (TranscriptException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static Scenario scenario(String file, Transcript transcript) {
        Map<String, String> headers = transcript.headers();
        String references = headers.getOrDefault("references", "");
        return new Scenario(header(file, headers, "scenario"), header(file, headers, "group"),
                header(file, headers, "family"), header(file, headers, "rule"), header(file, headers, "source"),
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
