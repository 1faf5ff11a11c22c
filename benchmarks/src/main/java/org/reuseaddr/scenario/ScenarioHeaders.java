package org.reuseaddr.scenario;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The headers under which a transcript carries what a {@link Scenario} says of it. */
final class ScenarioHeaders {

    private ScenarioHeaders() {
    }

    /** The headers in their order, to be added to. */
    static Map<String, String> of(String id, String group, String family, String rule, String source, boolean promised,
            List<String> references) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("scenario", id);
        headers.put("group", group);
        headers.put("family", family);
        headers.put("rule", rule);
        headers.put("source", source);
        headers.put("promised", promised ? "yes" : "no");
        headers.put("references", String.join(", ", references));
        return headers;
    }
}
