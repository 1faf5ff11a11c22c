package org.reuseaddr.run;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;

/** What somebody who waits wants to hear of. Calls come one at a time; they must return at once. */
public interface RunProgress {

    /** Before anything is measured: how many forks there will be in how many passes, and how long that should take. */
    void planned(int forks, int passes, Duration estimate);

    /** A fork starts; {@code number} counts from 1 through all passes, {@code soFar} is of the forks before. */
    void forkStarted(Cell cell, int number, int pass, Optional<Estimate> soFar);

    /** A measured iteration's primary result. */
    void measured(Sample score);

    /** A fork has ended; {@code left} is the estimated time to the end of the run. */
    void forkEnded(Cell cell, int number, Duration left);

    /** Nothing runs until a block begins: the number of the block, how many there are, and when that is. */
    void waiting(int block, int blocks, Instant begins);

    /** Something that the user should know now, on one line. */
    void notice(String line);
}
