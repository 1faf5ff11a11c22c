package org.reuseaddr.run;

/** What somebody who waits for a check wants to hear of. Calls come one at a time; they must return at once. */
public interface CheckProgress {

    /** Before anything is replayed: how many scenarios there will be. */
    void planned(int scenarios);

    /** One more scenario has been replayed and graded. */
    void replayed();
}
