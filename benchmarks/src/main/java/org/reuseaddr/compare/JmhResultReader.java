package org.reuseaddr.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.InputException;
import org.reuseaddr.results.RunId;
import org.reuseaddr.results.Sample;

/**
 * JMH's own result file, {@code -rf json}: an array with an object a benchmark. Read as it streams by; members that are
 * not named here are skipped.
 */
final class JmhResultReader {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(32).maxStringLength(1 << 16).build())
            .build();
    private static final int MAX_THREADS = 1 << 20;

    private final Path file;

    JmhResultReader(Path file) {
        this.file = file;
    }

    /**
     * Hands over every iteration's result as a row of {@code samples.csv} would have it.
     *
     * @throws InputException with line and column if the file is not what JMH writes
     */
    void read(Consumer<Sample> consumer) {
        Path parent = file.toAbsolutePath().getParent();
        String label = file.getFileName().toString().equals("jmh.json") && parent.getFileName() != null
                ? parent.getFileName().toString() : file.getFileName().toString().replaceFirst("\\.json$", "");
        RunId run = new RunId(label, label, "");
        try (JsonParser parser = FACTORY.createParser(Files.newInputStream(file))) {
            parser.nextToken();
            expect(parser, JsonToken.START_ARRAY, "JMH's JSON results, which begin with [");
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                new Result(parser, run).read(consumer);
            }
            expect(parser, JsonToken.END_ARRAY, "a benchmark's result or the end of the array");
            if (parser.nextToken() != null) {
                throw wrong(parser, "the end of the file");
            }
        } catch (JsonProcessingException e) {
            throw at(e.getLocation(), "expected JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (CharacterCodingException e) {
            throw new InputException(file, "expected UTF-8 text");
        } catch (IOException e) {
            throw new InputException(file, "cannot be read: " + e.getMessage());
        }
    }

    private InputException at(JsonLocation where, String problem) {
        return where == null ? new InputException(file, problem)
                : new InputException(file, where.getLineNr(), Integer.toString(where.getColumnNr()), problem);
    }

    private InputException wrong(JsonParser parser, String expected) throws IOException {
        String found = parser.currentToken() == null ? "the end of the file" : parser.currentToken().isNumeric()
                || parser.currentToken() == JsonToken.VALUE_STRING ? "\"" + shown(parser.getText()) + "\""
                : parser.currentToken().toString();
        return at(parser.currentTokenLocation(), "expected " + expected + ", found " + found);
    }

    private static String shown(String text) {
        return (text.length() > 60 ? text.substring(0, 60) + "…" : text).replaceAll("\\p{Cntrl}", "?");
    }

    private void expect(JsonParser parser, JsonToken token, String expected) throws IOException {
        if (parser.currentToken() != token) {
            throw wrong(parser, expected);
        }
    }

    /** One metric's values, [fork][iteration]. */
    private record JmhMetric(String name, String unit, List<List<Double>> values) {
    }

    /** One object of the array. */
    private final class Result {
        private final JsonParser parser;
        private final RunId run;
        private final JsonLocation start;
        private String benchmark;
        private String mode;
        private int threads = 1;
        private final SortedMap<String, String> params = new TreeMap<>();
        private final List<JmhMetric> metrics = new ArrayList<>();

        Result(JsonParser parser, RunId run) {
            this.parser = parser;
            this.run = run;
            this.start = parser.currentTokenLocation();
        }

        void read(Consumer<Sample> consumer) throws IOException {
            members(name -> {
                switch (name) {
                    case "benchmark" -> benchmark = withoutPackage(string());
                    case "mode" -> mode = string();
                    case "threads" -> threads = threads();
                    case "params" -> members(param -> params.put(param, string()));
                    case "primaryMetric" -> metric(Sample.SCORE);
                    case "secondaryMetrics" -> members(this::metric);
                    default -> parser.skipChildren();
                }
            });
            if (benchmark == null || mode == null || metrics.stream().noneMatch(m -> m.name().equals(Sample.SCORE))) {
                throw at(start, "expected a benchmark with its name, mode and primaryMetric");
            }
            Cell cell = Cell.stored(benchmark, mode, threads, params);
            for (JmhMetric metric : metrics) {
                for (int fork = 0; fork < metric.values().size(); fork++) {
                    List<Double> iterations = metric.values().get(fork);
                    for (int i = 0; i < iterations.size(); i++) {
                        consumer.accept(new Sample(run, cell, fork + 1, i + 1, metric.name(), iterations.get(i),
                                metric.unit()));
                    }
                }
            }
        }

        private int threads() throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                long value = parser.getLongValue();
                if (value >= 1 && value <= MAX_THREADS) {
                    return (int) value;
                }
            }
            throw wrong(parser, "a number of threads");
        }

        private void metric(String name) throws IOException {
            String[] unit = {""};
            List<List<Double>> values = new ArrayList<>();
            members(member -> {
                switch (member) {
                    case "scoreUnit" -> unit[0] = string();
                    case "rawData" -> array(() -> values.add(doubles()));
                    case "rawDataHistogram" -> array(() -> values.add(histograms()));
                    default -> parser.skipChildren();
                }
            });
            metrics.add(new JmhMetric(name, unit[0], values));
        }

        private List<Double> doubles() throws IOException {
            List<Double> values = new ArrayList<>();
            array(() -> values.add(number()));
            return values;
        }

        /** The mean of each iteration's histogram, a list of [value, count]. */
        private List<Double> histograms() throws IOException {
            List<Double> means = new ArrayList<>();
            array(() -> {
                double[] sumAndCount = new double[2];
                array(() -> {
                    List<Double> pair = doubles();
                    if (pair.size() != 2) {
                        throw wrong(parser, "a value and its count");
                    }
                    sumAndCount[0] += pair.get(0) * pair.get(1);
                    sumAndCount[1] += pair.get(1);
                });
                means.add(sumAndCount[0] / sumAndCount[1]);
            });
            return means;
        }

        /** A number, or one of the words that JMH writes for what is none. */
        private double number() throws IOException {
            if (parser.currentToken().isNumeric()) {
                return parser.getDoubleValue();
            }
            if (parser.currentToken() == JsonToken.VALUE_STRING
                    && List.of("NaN", "+INF", "-INF").contains(parser.getText())) {
                return Double.NaN;
            }
            throw wrong(parser, "a number");
        }

        private String string() throws IOException {
            expect(parser, JsonToken.VALUE_STRING, "a text");
            return parser.getText();
        }

        /** Walks the members of the object that begins here; the body consumes the value of each. */
        private void members(Member body) throws IOException {
            expect(parser, JsonToken.START_OBJECT, "an object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                body.read(name);
            }
        }

        /** Walks the elements of the array that begins here; the body consumes each. */
        private void array(Element body) throws IOException {
            expect(parser, JsonToken.START_ARRAY, "an array");
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == null) {
                    throw wrong(parser, "the end of the array");
                }
                body.read();
            }
        }
    }

    /** Reads a member's value. */
    private interface Member {
        void read(String name) throws IOException;
    }

    /** Reads an array's element. */
    private interface Element {
        void read() throws IOException;
    }

    /** {@code Class.method}: the last two parts of JMH's name. */
    private static String withoutPackage(String name) {
        int method = name.lastIndexOf('.');
        return name.substring(name.lastIndexOf('.', method - 1) + 1);
    }
}
