package org.reuseaddr.cli;

import java.util.concurrent.Callable;
import org.reuseaddr.platform.Platform;
import org.reuseaddr.platform.Warning;
import org.reuseaddr.results.RunEntry;
import org.reuseaddr.socket.SocketCalls;
import picocli.CommandLine.Command;

/** Prints the platform record. */
@Command(description = "Show the platform record, as environment.csv has it.")
final class EnvCommand implements Callable<Integer> {

    @Override
    public Integer call() {
        Platform platform = probe();
        int width = platform.entries().keySet().stream().mapToInt(String::length).max().orElse(0);
        platform.entries().forEach((name, value) -> System.out.printf("%-" + width + "s  %s%n", name, value));
        for (Warning warning : platform.warnings()) {
            System.err.println("warning: " + warning.sentence());
        }
        return ExitCode.DONE;
    }

    /** The platform with what only this package knows of: the native binding in use. */
    static Platform probe() {
        return Platform.probe().withEntry(RunEntry.NATIVE_BINDING, SocketCalls.open().binding());
    }
}
