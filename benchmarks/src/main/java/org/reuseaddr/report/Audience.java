package org.reuseaddr.report;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.reuseaddr.platform.PlatformEntry;
import org.reuseaddr.platform.PlatformKind;

/** Whom a report is written for, which decides its questions, their order and its format. */
public enum Audience {
    /** The bug form of microsoft/WSL. */
    WSL("https://github.com/microsoft/WSL/issues/new"),
    /** The bug form of google/gvisor. */
    GVISOR("https://github.com/google/gvisor/issues/new"),
    /** Docker Desktop's issue template. */
    DOCKER("https://github.com/docker/for-win/issues/new"),
    /** The mailing list of Linux networking: a plain-text mail. */
    NETDEV(""),
    /** Anybody: neutral Markdown. */
    PLAIN("");

    private static final List<String> LINUX = List.of(PlatformKind.LINUX.label(), PlatformKind.UML.label());

    private final String tracker;

    Audience(String tracker) {
        this.tracker = tracker;
    }

    /** The name on the command line. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The page on which an issue is opened; empty where there is none. */
    Optional<String> tracker() {
        return Optional.of(tracker).filter(address -> !address.isEmpty());
    }

    /** The one that has to do with the platform of a run. */
    static Audience of(ReportedRun run) {
        String kind = run.entry(PlatformEntry.KIND).orElse("");
        if (kind.startsWith("wsl")) {
            return WSL;
        }
        if (kind.equals(PlatformKind.GVISOR.label())) {
            return GVISOR;
        }
        // LinuxKit is the virtual machine of Docker Desktop.
        return run.entry(PlatformEntry.KERNEL_RELEASE).filter(release -> release.contains("linuxkit")).isPresent() ? DOCKER : PLAIN;
    }

    /** Whether what a platform of this kind does is done by a Linux kernel alone. */
    static boolean isKernels(ReportedRun run) {
        return LINUX.contains(run.entry(PlatformEntry.KIND).orElse(""));
    }
}
