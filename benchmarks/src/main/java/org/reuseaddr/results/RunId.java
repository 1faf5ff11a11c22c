package org.reuseaddr.results;

/**
 * The three columns that begin every row of a run's tables.
 *
 * @param id unique among the runs that somebody may put side by side
 * @param label the platform's name in comparisons, chosen by the user or derived from the platform
 * @param platform the platform's short name, such as {@code wsl2-6.6}
 */
public record RunId(String id, String label, String platform) {
}
