package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.reuseaddr.platform.PlatformEntry;

/** What a tracker asks about the platform, filled in from the record: for WSL its own form, else a neutral order. */
final class BugForm {

    private BugForm() {
    }

    /**
     * One question.
     *
     * @param name as the form has it
     * @param answer empty where the record does not know it
     * @param hint where the reporter finds it
     * @param choices for a question with boxes, all answers to choose from; else empty
     */
    record Field(String name, Optional<String> answer, String hint, List<String> choices) {

        Field {
            choices = List.copyOf(choices);
        }

        /** Whether this is one of the choices to tick. */
        boolean ticked(String choice) {
            return answer.filter(choice::equals).isPresent();
        }
    }

    /** The fields that come before the steps. */
    static List<Field> fields(ReportedRun run) {
        return run.entry(PlatformEntry.KIND).orElse("").startsWith("wsl") ? wsl(run) : neutral(run);
    }

    /** The fields of microsoft/WSL's bug form in its order. */
    private static List<Field> wsl(ReportedRun run) {
        Optional<String> windows = run.entry(PlatformEntry.WINDOWS_VERSION)
                .map(text -> "Microsoft Windows [Version " + text + "]")
                .or(() -> run.entry(PlatformEntry.WINDOWS_BUILD).map(text -> "Build " + text));
        Optional<String> wsl = run.entry(PlatformEntry.WSL_VERSION)
                .or(() -> run.entry(PlatformEntry.WSL_GENERATION).filter("1"::equals).map(any -> "inbox (WSL 1)"));
        Optional<String> mode = run.entry(PlatformEntry.WSL_NETWORKING_MODE).map(text -> "networking mode " + text);
        return List.of(
                field("Windows Version", windows, "cmd.exe /c ver"),
                field("WSL Version", wsl, "wsl.exe --version"),
                new Field("Are you using WSL 1 or WSL 2?",
                        run.entry(PlatformEntry.WSL_GENERATION).map(text -> "WSL " + text), "wsl.exe -l -v", List.of("WSL 2", "WSL 1")),
                field("Kernel Version", run.entry(PlatformEntry.KERNEL_RELEASE), "uname -r"),
                field("Distro Version", run.entry(PlatformEntry.DISTRIBUTION), "cat /etc/os-release"),
                field("Other Software", joined(List.of(mode, java(run), suite(run), container(run))), "what else takes part"));
    }

    private static List<Field> neutral(ReportedRun run) {
        return List.of(
                field("Platform", joined(List.of(
                        run.entry(PlatformEntry.KIND).map(kind -> kind.equals("linux") ? "Linux" : kind), container(run),
                        run.entry(PlatformEntry.VIRTUAL_MACHINE).map(text -> "virtual machine: " + text))), "uname -a"),
                field("Kernel Version", run.entry(PlatformEntry.KERNEL_RELEASE), "uname -r"),
                field("Distribution", run.entry(PlatformEntry.DISTRIBUTION), "cat /etc/os-release"),
                field("CPU", joined(List.of(run.entry(PlatformEntry.CPU_MODEL),
                        run.entry(PlatformEntry.CPU_CORES).map(text -> text + " cores"),
                        run.entry(PlatformEntry.CPU_ARCHITECTURE))), "lscpu"),
                field("Other Software", joined(List.of(java(run), suite(run))), "what else takes part"));
    }

    private static Field field(String name, Optional<String> answer, String hint) {
        return new Field(name, answer, hint, List.of());
    }

    private static Optional<String> joined(List<Optional<String>> parts) {
        return Optional.of(parts.stream().flatMap(Optional::stream).collect(Collectors.joining(", ")))
                .filter(text -> !text.isEmpty());
    }

    private static Optional<String> java(ReportedRun run) {
        List<String> words = new ArrayList<>();
        run.entry(PlatformEntry.JAVA_VM_NAME).ifPresent(words::add);
        run.entry(PlatformEntry.JAVA_VM_VERSION).or(() -> run.entry(PlatformEntry.JAVA_VERSION)).ifPresent(words::add);
        return Optional.of(String.join(" ", words)).filter(text -> !text.isEmpty());
    }

    private static Optional<String> suite(ReportedRun run) {
        return run.entry(PlatformEntry.SUITE_VERSION).map(version -> "reuseaddr-benchmarks " + version
                + run.entry(PlatformEntry.SUITE_COMMIT).map(commit -> " (" + commit + ")").orElse(""));
    }

    private static Optional<String> container(ReportedRun run) {
        return run.entry(PlatformEntry.CONTAINER).filter(text -> !text.equals("none")).map(text -> "container: " + text);
    }
}
