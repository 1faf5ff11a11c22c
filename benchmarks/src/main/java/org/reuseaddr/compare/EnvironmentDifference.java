package org.reuseaddr.compare;

/**
 * An entry of the platform record that differs and matters.
 *
 * @param name the entry's name
 * @param base its value on the base; several, joined, where its runs differ; empty where it is missing
 * @param other its value on the other group, likewise
 */
public record EnvironmentDifference(String name, String base, String other) {
}
