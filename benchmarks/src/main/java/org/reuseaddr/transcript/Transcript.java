package org.reuseaddr.transcript;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A sequence of calls with the result each must have.
 *
 * @param headers the {@code # name: value} lines before the first call, in their order: {@code scenario},
 *     {@code rule}, {@code source}, {@code references}, {@code thread}, …
 * @param steps the calls, in the order in which they are made
 */
public record Transcript(Map<String, String> headers, List<Step> steps) implements Serializable {

    public Transcript {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        steps = List.copyOf(steps);
    }

    /** Placeholder until the parser's version. */
    public Map<Integer, Integer> threads() {
        return Map.of();
    }
}
