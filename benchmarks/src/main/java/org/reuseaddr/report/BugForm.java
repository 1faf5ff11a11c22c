package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.reuseaddr.platform.PlatformEntry;

/**
 * What a tracker asks, in its order, filled in from the record.
 *
 * @param sections the questions
 */
record BugForm(List<Section> sections) {

    private static final String UNKNOWN_SOFTWARE = "name and version of each program that takes part";

    BugForm {
        sections = List.copyOf(sections);
    }

    /** What answers a question. */
    enum FormPart {
        /** A fact of the platform record. */
        FIELD,
        /** What is wrong, in a sentence. */
        SUMMARY,
        /** The programs that show it. */
        STEPS,
        /** What Linux does. */
        EXPECTED,
        /** What the platform did. */
        ACTUAL,
        /** Measurements and the platform record. */
        LOGS
    }

    /**
     * One question.
     *
     * @param name as the form has it
     * @param part what answers it
     * @param answer of a field: empty where the record does not have it
     * @param hint of a field, where the reporter finds the answer; of the logs, what else the tracker asks for
     * @param choices for a question with boxes, all answers to choose from; else empty
     */
    record Section(String name, FormPart part, Optional<String> answer, String hint, List<String> choices) {

        Section {
            choices = List.copyOf(choices);
        }

        /** Whether this is one of the choices to tick. */
        boolean ticked(String choice) {
            return answer.filter(choice::equals).isPresent();
        }
    }

    /** The form of an audience. */
    static BugForm of(Audience audience, ReportedRun run) {
        return new BugForm(switch (audience) {
            case WSL -> wsl(run);
            case GVISOR -> gvisor(run);
            case DOCKER -> docker(run);
            case NETDEV, PLAIN -> plain(run);
        });
    }

    /** The questions about the platform. */
    List<Section> fields() {
        return sections.stream().filter(section -> section.part() == FormPart.FIELD).toList();
    }

    /** The headings of microsoft/WSL's bug form, .github/ISSUE_TEMPLATE/Bug_Report.yaml as of commit 66000d1782c5. */
    private static List<Section> wsl(ReportedRun run) {
        Optional<String> wsl = run.entry(PlatformEntry.WSL_VERSION)
                .or(() -> run.entry(PlatformEntry.WSL_GENERATION).filter("1"::equals).map(any -> "0.0.0.0"));
        Optional<String> mode = run.entry(PlatformEntry.WSL_NETWORKING_MODE).map(text -> "networking mode " + text);
        return List.of(
                field("Windows Version", windows(run), "cmd.exe /c ver"),
                field("WSL Version", wsl, "wsl.exe --version; 0.0.0.0 where WSL is not from the Store and has no such option"),
                new Section("Are you using WSL 1 or WSL 2?", FormPart.FIELD,
                        run.entry(PlatformEntry.WSL_GENERATION).map(text -> "WSL " + text),
                        "wsl.exe -l -v", List.of("WSL 2", "WSL 1")),
                field("Kernel Version", run.entry(PlatformEntry.KERNEL_RELEASE), "uname -r"),
                field("Distro Version", run.entry(PlatformEntry.DISTRIBUTION), "cat /etc/os-release"),
                field("Other Software", joined(List.of(mode, java(run), suite(run), container(run))), UNKNOWN_SOFTWARE),
                part("Repro Steps", FormPart.STEPS, ""),
                part("Expected Behavior", FormPart.EXPECTED, ""),
                part("Actual Behavior", FormPart.ACTUAL, ""),
                part("Diagnostic Logs", FormPart.LOGS, "Networking logs: as administrator in PowerShell, run collect-wsl-logs.ps1"
                        + " -LogProfile networking (the script is in the directory diagnostics of microsoft/WSL), start the"
                        + " program above while it records, and attach the archive that it writes."));
    }

    /** The headings of google/gvisor's bug form, .github/ISSUE_TEMPLATE/bug_report.yml as of commit e55fb66ecd9f. */
    private static List<Section> gvisor(ReportedRun run) {
        return List.of(
                part("Description", FormPart.SUMMARY, ""),
                part("Steps to reproduce", FormPart.STEPS, ""),
                field("runsc version", Optional.empty(), "runsc -version"),
                field("docker version (if using docker)", Optional.empty(), "docker version"),
                field("uname", run.entry(PlatformEntry.KERNEL_VERSION).or(() -> run.entry(PlatformEntry.KERNEL_RELEASE)), "uname -a"),
                field("kubectl (if using Kubernetes)", Optional.empty(), "kubectl version; kubectl get nodes"),
                field("repo state (if built from source)", Optional.empty(), "git describe"),
                part("runsc debug logs (if available)", FormPart.LOGS, "Start the program above under runsc with the flags --debug"
                        + " --debug-log=/tmp/runsc/ --strace and attach the files of that directory."));
    }

    /**
     * The boxes and headings of docker/for-win's template, .github/ISSUE_TEMPLATE.md as of commit af6bc9763b19, what happened
     * before what was expected.
     */
    private static List<Section> docker(ReportedRun run) {
        return List.of(
                new Section("Before reporting", FormPart.FIELD, Optional.empty(), "", List.of("I have tried with the latest version of"
                        + " Docker Desktop", "I have tried disabling enabled experimental features", "I have uploaded Diagnostics")),
                field("Diagnostics ID", Optional.empty(), "Docker Desktop: Troubleshoot, Get support, Upload diagnostics"),
                part("Actual behavior", FormPart.ACTUAL, ""),
                part("Expected behavior", FormPart.EXPECTED, ""),
                field("Windows Version", windows(run), "cmd.exe /c ver"),
                field("Docker Desktop Version", Optional.empty(), "Docker Desktop: About"),
                field("WSL2 or Hyper-V backend?", Optional.empty(), "Docker Desktop: Settings, General"),
                field("Are you running inside a virtualized Windows e.g. on a cloud server or a VM", Optional.empty(), "yes or no"),
                field("Information", joined(List.of(run.entry(PlatformEntry.KERNEL_RELEASE),
                        run.entry(PlatformEntry.DISTRIBUTION), container(run),
                        java(run), suite(run))), "uname -r"),
                part("Steps to reproduce the behavior", FormPart.STEPS, ""),
                part("Measurements and platform", FormPart.LOGS, ""));
    }

    private static List<Section> plain(ReportedRun run) {
        return List.of(
                field("Platform", joined(List.of(run.entry(PlatformEntry.KIND).map(kind -> kind.equals("linux") ? "Linux" : kind),
                        container(run), run.entry(PlatformEntry.VIRTUAL_MACHINE).map(text -> "virtual machine: " + text))), "uname -a"),
                field("Kernel Version", run.entry(PlatformEntry.KERNEL_RELEASE), "uname -r"),
                field("Distribution", run.entry(PlatformEntry.DISTRIBUTION), "cat /etc/os-release"),
                field("CPU", joined(List.of(run.entry(PlatformEntry.CPU_MODEL),
                        run.entry(PlatformEntry.CPU_CORES).map(text -> text + " cores"),
                        run.entry(PlatformEntry.CPU_ARCHITECTURE))), "lscpu"),
                field("Other Software", joined(List.of(java(run), suite(run))), UNKNOWN_SOFTWARE),
                part("Steps to Reproduce", FormPart.STEPS, ""),
                part("Expected Behavior", FormPart.EXPECTED, ""),
                part("Actual Behavior", FormPart.ACTUAL, ""),
                part("Measurements and Platform", FormPart.LOGS, ""));
    }

    private static Section field(String name, Optional<String> answer, String hint) {
        return new Section(name, FormPart.FIELD, answer, hint, List.of());
    }

    private static Section part(String name, FormPart part, String hint) {
        return new Section(name, part, Optional.empty(), hint, List.of());
    }

    private static Optional<String> joined(List<Optional<String>> parts) {
        return Optional.of(parts.stream().flatMap(Optional::stream).collect(Collectors.joining(", ")))
                .filter(text -> !text.isEmpty());
    }

    private static Optional<String> windows(ReportedRun run) {
        return run.entry(PlatformEntry.WINDOWS_VERSION).map(text -> "Microsoft Windows [Version " + text + "]")
                .or(() -> run.entry(PlatformEntry.WINDOWS_BUILD).map(text -> "Build " + text));
    }

    private static Optional<String> java(ReportedRun run) {
        List<String> parts = new ArrayList<>();
        run.entry(PlatformEntry.JAVA_VM_NAME).ifPresent(parts::add);
        run.entry(PlatformEntry.JAVA_VM_VERSION).or(() -> run.entry(PlatformEntry.JAVA_VERSION)).ifPresent(parts::add);
        return Optional.of(String.join(" ", parts)).filter(text -> !text.isEmpty());
    }

    private static Optional<String> suite(ReportedRun run) {
        return run.entry(PlatformEntry.SUITE_VERSION).map(version -> "reuseaddr-benchmarks " + version
                + run.entry(PlatformEntry.SUITE_COMMIT).map(commit -> " (" + commit + ")").orElse(""));
    }

    private static Optional<String> container(ReportedRun run) {
        return run.entry(PlatformEntry.CONTAINER).filter(text -> !text.equals("none")).map(text -> "container: " + text);
    }
}
