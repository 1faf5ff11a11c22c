package org.reuseaddr;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.Temporal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The architecture: packages, the direction of their dependencies, and what no package may use. */
// The classes are read once, not once a test.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {

    private static final String ROOT = "org.reuseaddr";

    /** In the order in which data passes through them; each uses only those before it. */
    private static final List<String> PACKAGES = List.of("socket", "transcript", "platform", "model", "scenario",
            "replay", "results", "compare", "benchmarks.fixture", "benchmarks", "run", "repro", "report.chart", "report",
            "cli");

    /** What javac and annotation processors write is not design. */
    private static final ImportOption WRITTEN_BY_HAND =
            location -> !location.contains("/jmh_generated/") && !location.contains("/test-classes/");

    private final JavaClasses suite = new ClassFileImporter().withImportOption(WRITTEN_BY_HAND).importPackages(ROOT);

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        assertThat(suite).extracting(type -> type.getPackageName().replace(ROOT + ".", ""))
                .allMatch(name -> PACKAGES.contains(name), "is one of " + PACKAGES);
    }

    @TestFactory
    Stream<DynamicTest> aPackageUsesOnlyThoseBeforeIt() {
        return PACKAGES.stream().map(name -> DynamicTest.dynamicTest(name, () -> {
            String[] after = PACKAGES.stream().skip(PACKAGES.indexOf(name) + 1L).map(ArchitectureTest::named)
                    .toArray(String[]::new);
            noClasses().that().resideInAPackage(named(name)).should().dependOnClassesThat().resideInAnyPackage(after)
                    .check(suite);
        }));
    }

    @Test
    void thePlatformUsesNothingElseOfTheSuite() {
        noClasses().that().resideInAPackage(named("platform")).should().dependOnClassesThat(
                resideInAPackage(ROOT + "..").and(not(resideInAPackage(named("platform"))))).check(suite);
    }

    /** A program of its own has nothing of runs, of how they are stored and of how they are compared. */
    @Test
    void reproductionsKnowNeitherResultsNorComparisons() {
        noClasses().that().resideInAPackage(named("repro")).should()
                .dependOnClassesThat(resideInAnyPackage(named("results"), named("compare"))).check(suite);
    }

    @Test
    void noNameStandsTwice() {
        assertThat(suite).filteredOn(type -> type.isTopLevelClass() && !type.getSimpleName().startsWith("Jte"))
                .extracting(JavaClass::getSimpleName).filteredOn(name -> !name.equals("package-info")).doesNotHaveDuplicates();
    }

    /** Nested types count: who reads a name without its owner must not have to guess which one is meant. */
    @Test
    void thePublicNameOfATypeIsNoOtherTypesName() {
        Map<String, List<JavaClass>> named = suite.stream()
                .filter(type -> !type.isAnonymousClass() && !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(JavaClass::getSimpleName, TreeMap::new, Collectors.toList()));
        assertThat(named.values().stream().flatMap(List::stream))
                .anyMatch(type -> type.isNestedClass() && type.getModifiers().contains(JavaModifier.PUBLIC));
        assertThat(named.values())
                .filteredOn(types -> types.stream().anyMatch(type -> type.getModifiers().contains(JavaModifier.PUBLIC)))
                .filteredOn(types -> types.size() > 1)
                .extracting(types -> types.stream().map(JavaClass::getName).toList()).isEmpty();
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(suite);
    }

    @Test
    void nativeCallsAreMadeInOnePlaceOnly() {
        noClasses().that().resideOutsideOfPackage(named("socket")).should()
                .dependOnClassesThat(resideInAnyPackage("com.sun.jna..", "java.lang.foreign..", "sun.misc.."))
                .orShould().callMethod(Class.class, "forName", String.class)
                .orShould().callMethod(System.class, "load", String.class)
                .orShould().callMethod(System.class, "loadLibrary", String.class)
                .because("a function of the C library is reached through JNA, java.lang.foreign or a library of ours")
                .check(suite);
    }

    @Test
    void modelScenarioAndReplayKnowNeitherFilesNorJmh() {
        noClasses().that().resideInAnyPackage(named("model"), named("scenario"), named("replay")).should()
                .dependOnClassesThat(belongToAnyOf(Files.class).or(resideInAPackage("org.openjdk.jmh..")))
                .check(suite);
    }

    @Test
    void onlyBenchmarksAndTheirRunnersKnowJmh() {
        classes().that().resideInAPackage("org.reuseaddr..").and().resideOutsideOfPackages(
                        named("benchmarks"), named("benchmarks.fixture"), named("run"), named("cli"))
                .should().onlyDependOnClassesThat(not(resideInAPackage("org.openjdk.jmh.."))).check(suite);
    }

    @Test
    void nothingStaticCanChange() {
        fields().that().areStatic().should().beFinal().check(suite);
    }

    @Test
    void durationsAreNotTakenFromAClockThatCanBeSet() {
        noClasses()
                .should().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(Duration.class, "between", Temporal.class, Temporal.class)
                .orShould().callMethod(Instant.class, "toEpochMilli").check(suite);
    }

    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        Path sources = Path.of("src/main/java");
        try (Stream<Path> files = Files.walk(sources)) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")).map(Path::getParent).distinct())
                    .isNotEmpty().allMatch(directory -> Files.exists(directory.resolve("package-info.java")),
                            "has a package-info.java");
        }
    }

    private static String named(String name) {
        return ROOT + "." + name;
    }
}
