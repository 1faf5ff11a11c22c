package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reuseaddr.scenario.Catalogue;
import org.reuseaddr.scenario.CatalogueEntry;
import org.reuseaddr.scenario.Scenario;

@Timeout(60)
class ScenariosAheadTest {

    private final List<CatalogueEntry> entries = Catalogue.entries().subList(0, 20);

    private static List<Supplier<Scenario>> unbuilt(List<CatalogueEntry> entries) {
        return entries.stream().<Supplier<Scenario>>map(entry -> entry::scenario).toList();
    }

    @Test
    void eachComesOnceInTheOrderGiven() {
        List<String> ids = new ArrayList<>();
        try (ScenariosAhead ahead = new ScenariosAhead(unbuilt(entries))) {
            ahead.forEachRemaining(scenario -> ids.add(scenario.id()));
            assertThatThrownBy(ahead::next).isInstanceOf(NoSuchElementException.class);
        }
        assertThat(ids).isEqualTo(entries.stream().map(CatalogueEntry::id).toList());
    }

    @Test
    void theNextIsBuiltBeforeItIsAskedFor() throws InterruptedException {
        CountDownLatch built = new CountDownLatch(entries.size());
        List<Supplier<Scenario>> counted = entries.stream().<Supplier<Scenario>>map(entry -> () -> {
            built.countDown();
            return entry.scenario();
        }).toList();
        try (ScenariosAhead ahead = new ScenariosAhead(counted)) {
            assertThat(built.await(50, TimeUnit.SECONDS)).isTrue();
            assertThat(ahead.next().id()).isEqualTo(entries.get(0).id());
        }
    }

    @Test
    void wantOfMemoryIsThrownAsWhatItIs() {
        OutOfMemoryError reason = new OutOfMemoryError("Java heap space");
        try (ScenariosAhead ahead = new ScenariosAhead(List.of(() -> {
            throw reason;
        }))) {
            assertThatThrownBy(ahead::next).isSameAs(reason);
        }
    }

    @Test
    void whatBuildingThrowsIsThrownInItsPlace() {
        IllegalStateException reason = new IllegalStateException("a transcript of the user's");
        List<Supplier<Scenario>> broken = new ArrayList<>(unbuilt(entries.subList(0, 2)));
        broken.add(1, () -> {
            throw reason;
        });
        try (ScenariosAhead ahead = new ScenariosAhead(broken)) {
            assertThat(ahead.next().id()).isEqualTo(entries.get(0).id());
            assertThatThrownBy(ahead::next).isSameAs(reason);
            assertThat(ahead.next().id()).isEqualTo(entries.get(1).id());
        }
    }
}
