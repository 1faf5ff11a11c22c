package org.reuseaddr.results;

/**
 * The three columns that begin every row of a run's tables.
 *
 * @param id unique among the runs that somebody may put side by side; rows of {@code samples.csv} that belong to a block of a
 *     run have the block's own, the run's with {@code #} and the block's number from 1
 * @param label the platform's name in comparisons, chosen by the user or derived from the platform
 * @param platform the platform's short name, such as {@code wsl2-6.6}
 */
public record RunId(String id, String label, String platform) {

    private static final char BLOCK_MARK = '#';
    private static final String BLOCK_NUMBER = "[1-9][0-9]{0,5}";

    /** The identity of one of the run's blocks. */
    public RunId inBlock(int block) {
        return new RunId(whole().id + BLOCK_MARK + block, label, platform);
    }

    /** The number of the block from 1; 0 where the run has no blocks. */
    public int block() {
        int mark = id.lastIndexOf(BLOCK_MARK);
        String number = id.substring(mark + 1);
        return mark > 0 && number.matches(BLOCK_NUMBER) ? Integer.parseInt(number) : 0;
    }

    /** The identity of the run that a block belongs to, the run itself where it has none. */
    public RunId whole() {
        return block() == 0 ? this : new RunId(id.substring(0, id.lastIndexOf(BLOCK_MARK)), label, platform);
    }
}
