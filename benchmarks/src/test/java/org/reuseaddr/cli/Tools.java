package org.reuseaddr.cli;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The programs that tests start. */
final class Tools {

    private Tools() {
    }

    /** @throws IllegalStateException with the package to install if the program is not there */
    static void need(String program, String debianPackage) {
        boolean there = Stream.concat(Stream.of(System.getenv("PATH").split(File.pathSeparator)), Stream.of("/usr/sbin", "/sbin"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        if (!there) {
            throw new IllegalStateException("the test needs " + program + ": apt-get install " + debianPackage);
        }
    }
}
