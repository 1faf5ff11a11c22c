package org.reuseaddr.scenario;

import java.util.List;
import org.reuseaddr.transcript.Transcript;

/**
 * One behaviour of bind, listen, accept or connect, pinned as a transcript.
 *
 * @param id unique in the catalogue, slash-separated, such as {@code inet6-loopback/listening/reuseaddr-both}
 * @param group the family of scenarios it belongs to, for {@code check --group}
 * @param family {@code INET}, {@code INET6} or {@code mixed}
 * @param rule one sentence: what Linux does and why
 * @param source where the rule is promised (a man page section) or implemented (a kernel function)
 * @param promised whether a document promises the result, so that differing is a VIOLATION and not a DEVIATION
 * @param references public reports of the class of defect that the scenario catches, such as {@code microsoft/WSL#2915}
 * @param transcript the calls with the results they must have
 */
public record Scenario(String id, String group, String family, String rule, String source, boolean promised,
        List<String> references, Transcript transcript) {

    public Scenario {
        references = List.copyOf(references);
    }
}
