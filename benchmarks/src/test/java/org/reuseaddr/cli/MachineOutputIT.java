package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.maven.plugin.surefire.log.api.NullConsoleLogger;
import org.apache.maven.plugins.surefire.report.ReportTestCase;
import org.apache.maven.plugins.surefire.report.TestSuiteXmlParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reuseaddr.faults.FaultLibrary;
import org.tap4j.model.TestResult;
import org.tap4j.model.TestSet;
import org.tap4j.parser.Tap13Parser;
import org.tap4j.util.StatusValues;

/** What the jar prints with {@code --format}, read by parsers that others wrote. */
class MachineOutputIT {

    private static final int LIMIT_SECONDS = 600;
    private static final String FAULT = "reuseaddr-refused";
    private static final String CHECK = "check original-report/ calls/";
    private static final String EXPLORE = "explore --seed 1 --count 400 --first";

    private static JarRun.Ended broken(String command, String format) {
        JarRun.Ended ended = JarRun.of(Stream.concat(Stream.of(command.split(" ")), Stream.of("--format", format)).toArray(String[]::new))
                .with(FaultLibrary.compiled().environment(FAULT)).within(LIMIT_SECONDS).run();
        assertThat(ended.exitCode()).as(ended.everything()).isEqualTo(3);
        return ended;
    }

    private static TestSet tap(String command) {
        String text = broken(command, "ktap").out();
        assertThat(text).startsWith("KTAP version 1\n");
        return new Tap13Parser().parseTapStream(text.replaceFirst("KTAP version 1", "TAP version 13"));
    }

    private static List<ReportTestCase> cases(String command) throws Exception {
        byte[] document = broken(command, "junit").out().getBytes(StandardCharsets.UTF_8);
        return new TestSuiteXmlParser(new NullConsoleLogger())
                .parse(new InputStreamReader(new ByteArrayInputStream(document), StandardCharsets.UTF_8)).stream()
                .flatMap(suite -> suite.getTestCases().stream()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {CHECK, EXPLORE})
    void ktapIsReadAsTap(String command) {
        TestSet read = tap(command);

        assertThat(read.getTestResults()).hasSize(read.getPlan().getLastTestNumber()).hasSizeGreaterThan(5);
        assertThat(read.getTestResults()).extracting(TestResult::getStatus).contains(StatusValues.OK, StatusValues.NOT_OK);
        assertThat(read.getTestResults()).filteredOn(test -> test.getStatus() == StatusValues.NOT_OK)
                .allMatch(test -> test.getDescription().contains("/"));
    }

    @ParameterizedTest
    @ValueSource(strings = {CHECK, EXPLORE})
    void theXmlIsReadAsThatOfJunit(String command) throws Exception {
        List<ReportTestCase> cases = cases(command);

        assertThat(cases).hasSizeGreaterThan(5).noneMatch(ReportTestCase::hasError);
        assertThat(cases).filteredOn(ReportTestCase::hasFailure).isNotEmpty().hasSizeLessThan(cases.size())
                .allMatch(test -> test.getFailureType().equals("VIOLATION") && test.getFailureDetail().contains("setsockopt("));
    }
}
