package org.reuseaddr.report;

import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.reuseaddr.compare.Baseline.Standing;
import org.reuseaddr.compare.Baseline.Standings;
import org.reuseaddr.results.SemanticsRow;
import org.reuseaddr.transcript.Visible;

/**
 * A check in the XML that JUnit's runners made customary and build servers read: a test suite a group of scenarios, a
 * test case a scenario. A difference that is accepted is skipped, with the reason.
 */
public final class JunitReport {

    private static final double MICROS_PER_SECOND = 1e6;

    private final XMLStreamWriter xml;

    private JunitReport(XMLStreamWriter xml) {
        this.xml = xml;
    }

    /** The whole document, in characters that XML 1.0 allows; to be written as UTF-8. */
    public static String text(List<Standings> results) {
        Map<String, List<Standings>> groups = results.stream().collect(Collectors.groupingBy(result -> result.row().group(),
                LinkedHashMap::new, Collectors.toList()));
        StringWriter text = new StringWriter();
        try {
            new JunitReport(XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text)).write(groups, results);
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a string cannot be written", e);
        }
        return text.append('\n').toString();
    }

    private void write(Map<String, List<Standings>> groups, List<Standings> all) throws XMLStreamException {
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeCharacters("\n");
        begin("testsuites", "reuseaddr-benchmarks", all);
        for (Map.Entry<String, List<Standings>> group : groups.entrySet()) {
            xml.writeCharacters("\n  ");
            begin("testsuite", group.getKey(), group.getValue());
            for (Standings result : group.getValue()) {
                xml.writeCharacters("\n    ");
                testCase(result);
            }
            xml.writeCharacters("\n  ");
            xml.writeEndElement();
        }
        xml.writeCharacters("\n");
        xml.writeEndElement();
        xml.writeEndDocument();
        xml.flush();
    }

    private void begin(String element, String name, List<Standings> results) throws XMLStreamException {
        xml.writeStartElement(element);
        xml.writeAttribute("name", Visible.line(name));
        xml.writeAttribute("tests", Integer.toString(results.size()));
        xml.writeAttribute("failures", count(results, Standing.FAILED, Standing.TIMED_OUT));
        xml.writeAttribute("errors", count(results, Standing.NOT_CHECKED));
        xml.writeAttribute("skipped", count(results, Standing.SKIPPED, Standing.EXPECTED));
        xml.writeAttribute("time", seconds(results.stream().mapToLong(result -> result.row().durationMicros()).sum()));
    }

    private static String count(List<Standings> results, Standing... standings) {
        return Long.toString(results.stream().filter(result -> List.of(standings).contains(result.standing())).count());
    }

    private static String seconds(long micros) {
        return String.format(Locale.ROOT, "%.6f", micros / MICROS_PER_SECOND);
    }

    private void testCase(Standings result) throws XMLStreamException {
        SemanticsRow row = result.row();
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", Visible.line(row.group()));
        xml.writeAttribute("name", Visible.line(row.scenario()));
        xml.writeAttribute("time", seconds(row.durationMicros()));
        switch (result.standing()) {
            case FAILED, TIMED_OUT -> outcome("failure", row.grade(), message(result), details(row));
            case NOT_CHECKED -> outcome("error", row.grade(), result.why(), "");
            case SKIPPED -> outcome("skipped", "", result.why(), "");
            case EXPECTED -> outcome("skipped", "", row.grade() + ": " + result.why() + ": " + message(result), "");
            case PASSED -> {
            }
            case FIXED -> {
                xml.writeStartElement("system-out");
                xml.writeCharacters(Visible.line(result.why()));
                xml.writeEndElement();
            }
        }
        xml.writeEndElement();
    }

    private void outcome(String element, String type, String message, String details) throws XMLStreamException {
        xml.writeStartElement(element);
        if (!type.isEmpty()) {
            xml.writeAttribute("type", type);
        }
        xml.writeAttribute("message", Visible.line(message));
        xml.writeCharacters(Visible.text(details));
        xml.writeEndElement();
    }

    private static String message(Standings result) {
        SemanticsRow row = result.row();
        return row.divergentCall() + " = " + row.observed() + "; on Linux " + row.expected()
                + (result.why().isEmpty() || result.standing() == Standing.EXPECTED ? "" : " (" + result.why() + ")");
    }

    private static String details(SemanticsRow row) {
        return "\n" + row.evidence() + "\n" + row.rule() + (row.references().isEmpty() ? "" : "\n" + row.references()) + "\n";
    }
}
