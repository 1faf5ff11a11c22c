package org.reuseaddr.platform;

import java.util.List;
import java.util.Optional;

/** Programs that are asked what no file tells. */
@FunctionalInterface
interface Commands {

    /**
     * What a program writes to its standard output, without blanks around it; empty where there is no such program, it
     * fails, or it does not answer in time.
     *
     * @param command the program, looked up in PATH unless it is a path, and its arguments
     */
    Optional<String> output(List<String> command);
}
