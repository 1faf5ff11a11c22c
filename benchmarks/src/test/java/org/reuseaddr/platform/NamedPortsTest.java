package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedPortsTest {

    @ParameterizedTest
    @CsvSource({"32768, 60999", "44620, 48715", "49152, 65535", "16000, 65535", "15000, 25000"})
    void portsAreOutsideTheEphemeralRangeAndOutsideThatOfWindows(int low, int high) {
        List<Integer> free = NamedPorts.free(Optional.of(new PortRange(low, high)), Set.of(12_000));

        assertThat(free).hasSizeGreaterThanOrEqualTo(NamedPorts.FEWEST).isSorted().doesNotHaveDuplicates().doesNotContain(12_000)
                .allMatch(port -> port >= 1_024 && port < 49_152 && (port < low || port > high));
    }

    @Test
    void theRangeOfWindowsIsTakenFromOnlyIfThereIsNothingElse() {
        assertThat(NamedPorts.free(Optional.of(new PortRange(1_024, 60_000)), Set.of())).allMatch(port -> port > 60_000);
        assertThat(NamedPorts.free(Optional.of(new PortRange(1_024, 65_535)), Set.of())).contains(10_240, 32_767);
        Set<Integer> all = IntStream.rangeClosed(1, 65_535).boxed().collect(Collectors.toSet());
        assertThat(NamedPorts.free(Optional.empty(), all)).isEmpty();
    }
}
