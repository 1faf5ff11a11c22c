package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.reuseaddr.run.UsageException;
import org.reuseaddr.scenario.CatalogueEntry;

class ShardTest {

    @Test
    void allPartsTogetherHaveEachScenarioOnceInItsOrder() {
        List<CatalogueEntry> all = ScenarioNames.ofCatalogue().all();
        for (int count : new int[] {1, 3, 7}) {
            List<List<CatalogueEntry>> parts = IntStream.rangeClosed(1, count)
                    .mapToObj(number -> Shard.parse("--shard", number + "/" + count).of(all)).toList();
            assertThat(parts.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(all);
            assertThat(parts).allMatch(part -> Math.abs(part.size() - all.size() / count) <= 1);
            assertThat(parts).allSatisfy(part -> assertThat(part.stream().map(all::indexOf)).isSorted());
        }
    }

    @Test
    void whatIsNoPartIsRefused() {
        for (String text : List.of("", "1", "0/2", "3/2", "1/0", "1/2/3", "-1/2", "a/b", "1/999999999999")) {
            assertThatThrownBy(() -> Shard.parse("--shard", text)).isInstanceOf(UsageException.class).hasMessageContaining(text);
        }
    }

    @Test
    void aRegularExpressionFindsWhatNoIdBeginsWith() {
        ScenarioNames names = ScenarioNames.ofCatalogue();
        assertThat(names.matching("two-terminals")).extracting(CatalogueEntry::id).containsExactly("original-report/two-terminals");
        assertThat(names.matching("^inet6?-loopback/listening/reuseaddr-both$")).extracting(CatalogueEntry::id)
                .containsExactly("inet-loopback/listening/reuseaddr-both", "inet6-loopback/listening/reuseaddr-both");
        assertThatThrownBy(() -> names.matching("(")).isInstanceOf(UsageException.class).hasMessageContaining("no regular expression");
    }
}
