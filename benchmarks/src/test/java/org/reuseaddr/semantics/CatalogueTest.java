package org.reuseaddr.semantics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CatalogueTest {

    private final List<Scenario> scenarios = Catalogue.scenarios();

    @Test
    void thereAreAtLeastTwoThousandScenariosWithIdsOfTheirOwn() {
        Map<String, Long> byGroup = scenarios.stream()
                .collect(Collectors.groupingBy(Scenario::group, TreeMap::new, Collectors.counting()));
        System.out.println(byGroup + " " + scenarios.size()+" promised "+scenarios.stream().filter(Scenario::promised).count());
        System.out.println(scenarios.stream().mapToInt(s -> s.transcript().steps().size()).summaryStatistics());
        assertThat(scenarios).hasSizeBetween(2000, 3500);
        assertThat(scenarios.stream().map(Scenario::id)).doesNotHaveDuplicates();
    }
}
