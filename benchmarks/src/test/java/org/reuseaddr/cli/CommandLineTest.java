package org.reuseaddr.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is typed, the answer is an exit code and a line, never a stack trace. */
class CommandLineTest {

    /** Keeps a run that words happen to ask for from running; nothing can be made there. */
    private static final List<String> NOWHERE = List.of("--out", "/proc/nowhere");

    private static void assertClean(List<String> words) {
        CommandAnswer answer = CommandAnswer.to(words);
        answer.assertWithoutTrace();
        assertThat(answer.code()).as(answer.toString()).isBetween(0, 2);
        if (answer.code() != 0) {
            answer.assertOneLine();
        }
    }

    @Property(tries = 100)
    void anyWordsAreAnsweredWithOneLine(@ForAll("commandLines") List<String> words) {
        assertClean(words);
    }

    @Provide
    Arbitrary<List<String>> commandLines() {
        Arbitrary<String> command = Arbitraries.of("run", "compare", "report", "repro", "help", "env", "nosuch");
        Arbitrary<String> option = Arbitraries.of("--label", "--profile", "--seed", "--watchdog", "--on-violation",
                "--baseline", "--fail-on", "--lang", "--budget", "--precision", "--resume", "--help", "-f", "-wi", "-i", "-w",
                "-r", "-p", "-t", "-bm", "-prof", "-rf", "-e", "-tu", "-jvm", "-to", "-v", "--", "-", "@", "@/etc/hostname");
        Arbitrary<String> word = Arbitraries.oneOf(option, Arbitraries.strings().ofMaxLength(12),
                Arbitraries.integers().map(number -> Integer.toString(number)),
                Arbitraries.of("a=b", "family=", "=", "[", "(*", "/dev/null", "../..", "1h", "%n", "9".repeat(40)));
        return command.flatMap(first -> word.list().ofMaxSize(6).map(rest -> {
            List<String> words = new ArrayList<>(List.of(first));
            words.addAll(rest);
            if (first.equals("run") || first.equals("nosuch")) {
                words.addAll(1, NOWHERE);
            }
            return words;
        }));
    }

    /** Though a command that is named is the only one whose options are read. */
    @Example
    void helpKnowsEveryCommandAndEachItsOwn() {
        List<String> commands = List.of("run", "check", "judge", "explore", "twice", "compare", "report", "repro", "env", "help");
        for (String help : List.of("--help", "help")) {
            assertThat(CommandAnswer.to(List.of(help)).out().lines().filter(line -> line.matches("  [a-z]+ .*"))
                    .map(line -> line.strip().split(" ")[0])).containsExactlyElementsOf(commands);
        }
        for (String command : commands.subList(0, commands.size() - 1)) {
            String own = CommandAnswer.to(List.of(command, "--help")).out();
            assertThat(own).startsWith("Usage: benchmarks " + command + " ");
            assertThat(CommandAnswer.to(List.of("help", command)).out()).isEqualTo(own);
        }
    }

    @Example
    void badRegexIsWrongUsage() {
        assertThat(CommandAnswer.to(List.of("[")).code()).isEqualTo(ExitCode.USAGE);
    }

    @Example
    void unknownModeIsWrongUsage() {
        assertThat(CommandAnswer.to(List.of("-bm", "nosuch")).code()).isEqualTo(ExitCode.USAGE);
    }

    @Example
    void emptyOutputDirectoryIsWrongUsage() {
        assertThat(CommandAnswer.to(List.of("--out", "")).code()).isEqualTo(ExitCode.USAGE);
    }

    @Example
    void whatDoesNotExistIsWrongUsageBeforeAnythingIsChecked() {
        for (List<String> words : List.of(List.of("-p", "family=INTE6"), List.of("-p", "port=typo"),
                List.of("-prof", "nosuch"), List.of("-o", "file"))) {
            List<String> nowhere = new ArrayList<>(NOWHERE);
            nowhere.addAll(words);
            CommandAnswer answer = CommandAnswer.to(nowhere);
            assertThat(answer.code()).as(answer.toString()).isEqualTo(ExitCode.USAGE);
            answer.assertOneLine();
            assertThat(answer.toString()).contains(words.get(0));
        }
    }

    @Example
    void blocksThatCannotBeAreWrongUsageBeforeAnythingIsChecked() {
        for (List<String> words : List.of(List.of("--blocks", "0"), List.of("--blocks", "-3"), List.of("--blocks", "1"),
                List.of("--blocks", "abc"), List.of("--blocks", "101"), List.of("--every", "20m"),
                List.of("--every", "0s", "--blocks", "3"),
                List.of("--every", "abc", "--blocks", "3"), List.of("--every", "-5m", "--blocks", "3"),
                List.of("--precision", "5", "--blocks", "3"), List.of("--budget", "1h", "--blocks", "3"),
                List.of("--alternate", "a", "b", "--blocks", "3"), List.of("--resume", "nowhere", "--blocks", "3"))) {
            List<String> run = new ArrayList<>(words.get(0).equals("--resume") ? List.of() : NOWHERE);
            run.addAll(words);
            CommandAnswer answer = CommandAnswer.to(run);
            assertThat(answer.code()).as(words + " " + answer).isEqualTo(ExitCode.USAGE);
            answer.assertOneLine();
            assertThat(answer.toString()).contains(words.get(0));
        }
    }

    @Example
    void anEmptyWordIsNotEveryScenario() {
        CommandAnswer answer = CommandAnswer.to(List.of("check", "", "--list"));
        assertThat(answer.code()).isEqualTo(ExitCode.USAGE);
        answer.assertOneLine();
        assertThat(answer.out()).isEmpty();
    }

    @Example
    void aScenarioIsFoundByTheEndOfItsName() {
        CommandAnswer answer = CommandAnswer.to(List.of("check", "two-terminals", "--list"));
        assertThat(answer.code()).isZero();
        assertThat(answer.out().lines()).singleElement().asString().startsWith("original-report/two-terminals\t");
    }
}
