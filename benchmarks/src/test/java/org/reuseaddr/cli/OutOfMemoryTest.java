package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is printed, and found however it is wrapped, is seen in {@code ResourcesIT}. */
class OutOfMemoryTest {

    @Test
    void onlyWhereTheHeapIsTheBoundIsALargerOneAdvised() {
        for (String reason : new String[] {null, "Java heap space", "GC overhead limit exceeded"}) {
            assertThat(OutOfMemory.line(reason)).asString().isEqualTo("not enough memory: give Java more, such as java -Xmx1g\n");
        }
        assertThat(OutOfMemory.line("unable to create native thread: possibly out of memory or process/resource limits reached"))
                .asString().startsWith("not enough memory or threads: unable to create native thread").contains("ulimit")
                .doesNotContain("-Xmx").endsWith("\n");
    }

    @Test
    void whatFailedForAnotherReasonIsNotTakenForIt() {
        assertThat(OutOfMemory.saysIfCauseOf(new IllegalStateException(new IllegalArgumentException("memory")))).isFalse();
    }
}
