package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.socket.Family;

class BindCostTest {

    @ParameterizedTest
    @CsvSource({"1, 128", "1999, 128", "2000, 64", "10000, 8", "30000, 8", "5000000, 8"})
    void aSlowBindMakesSmallerBatches(double micros, int batch) {
        assertThat(new BindCost(micros).batch()).isEqualTo(batch);
    }

    @Test
    void aBindOfThisMachineCostsSomethingAndNoMilliseconds() {
        assertThat(BindCost.measure(Set.of(Family.INET)).micros()).isPositive();
        assertThat(BindCost.measure(Set.of())).isEqualTo(BindCost.NONE);
    }

    @Test
    void aCheckThatHasTheTimeIsWhole() {
        List<CatalogueEntry> all = Catalogue.entries();
        assertThat(new BindCost(1.5).within(1e-9, all)).isSameAs(all);
        assertThat(new BindCost(2_500).within(10_000, all)).isSameAs(all);
    }

    @Test
    void aCheckThatHasNotTheTimeKeepsWhatWasWrittenByHandAndSomeOfEveryFamily() {
        List<CatalogueEntry> all = Catalogue.entries();
        Set<String> generated = Catalogue.generatedIds();
        List<CatalogueEntry> kept = new BindCost(10_000).within(80, all);

        assertThat(kept.size()).isBetween(all.size() / 8, all.size() * 3 / 4);
        assertThat(all).containsSubsequence(kept);
        assertThat(kept).containsAll(all.stream().filter(scenario -> !generated.contains(scenario.id())).toList());
        assertThat(kept.stream().map(CatalogueEntry::group).collect(Collectors.toSet()))
                .isEqualTo(all.stream().map(CatalogueEntry::group).collect(Collectors.toSet()));
        assertThat(new BindCost(10_000).within(80, all)).isEqualTo(kept);
        assertThat(kept).containsAll(new BindCost(10_000).within(60, all));
    }
}
