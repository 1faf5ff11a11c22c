package org.reuseaddr.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The file whose Markdown GitHub shows on the page of a workflow's run. */
final class GitHubSummary {

    /** GitHub's runner names the file in it. */
    private static final String STEP_SUMMARY = "GITHUB_STEP_SUMMARY";

    private GitHubSummary() {
    }

    /** Adds to the file if there is one. That it cannot be written is a warning: it is not what the command is about. */
    static void append(String markdown) {
        String file = System.getenv(STEP_SUMMARY);
        if (file == null || file.isEmpty()) {
            return;
        }
        try {
            Files.writeString(Path.of(file), markdown, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException | InvalidPathException e) {
            System.err.println("warning: " + STEP_SUMMARY + "=" + file + " cannot be written: " + e.getMessage());
        }
    }
}
