package org.reuseaddr.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("tools")
class FaultLibraryTest {

    private static final List<String> TWO_LISTENERS = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", Path.of("target", "test-classes").toString(), TwoListeners.class.getName());

    private static String output(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? output : "exit " + process.exitValue() + ": " + output;
    }

    @Test
    void duplicateListenerIsPermittedToTheJdkUnderTheFault() throws Exception {
        assertThat(output(FaultLibrary.compiled().process("duplicate-listener", "", TWO_LISTENERS)))
                .isEqualTo("permitted");
    }

    @Test
    void theLibraryWithoutAFaultChangesNothing() throws Exception {
        assertThat(output(FaultLibrary.compiled().process("", "", TWO_LISTENERS))).isEqualTo("refused");
    }

    @Test
    void theFaultIsNarrowedToProcessesWithOrWithoutAText() throws Exception {
        FaultLibrary library = FaultLibrary.compiled();
        assertThat(output(library.process("duplicate-listener", "TwoListeners", TWO_LISTENERS))).isEqualTo("permitted");
        assertThat(output(library.process("duplicate-listener", "!TwoListeners", TWO_LISTENERS))).isEqualTo("refused");
        assertThat(output(library.process("duplicate-listener", "ForkedMain", TWO_LISTENERS))).isEqualTo("refused");
    }

    @Test
    void anUnknownFaultIsAnErrorAndNotAHealthyRun() throws Exception {
        assertThat(output(FaultLibrary.compiled().process("duplicate-listner", "", TWO_LISTENERS)))
                .isEqualTo("exit 2: fault: unknown REUSEADDR_FAULT: duplicate-listner");
    }

    @Test
    void theClockOnTheWallStepsUnderItsFault() throws Exception {
        long now = Instant.now().getEpochSecond();
        String told = output(FaultLibrary.compiled().process("clock-steps", "", List.of("date", "+%s")));
        assertThat(Long.parseLong(told)).isLessThan(now - 1_800);
    }

    @Test
    void theTableHasARecipeForEveryDefectThatIsMadeHere() {
        Stream<Integer> numbers = Stream.concat(IntStream.rangeClosed(1, 19).boxed(),
                IntStream.rangeClosed(21, 34).boxed());
        assertThat(Fault.all()).extracting(Fault::id).containsExactlyElementsOf(numbers.map("D%02d"::formatted).toList());
        assertThat(Fault.all()).allMatch(
                fault -> fault.preload().isPresent() || fault.strace().isPresent() || fault.namespace().isPresent());
    }

    @Test
    void everyPreloadedFaultOfTheTableIsKnownToTheLibrary() throws Exception {
        for (Fault fault : Fault.all()) {
            if (fault.preload().isPresent()) {
                assertThat(output(fault.process(List.of("true")))).as(fault.id()).isEmpty();
            }
        }
    }
}
