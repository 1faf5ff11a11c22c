package org.reuseaddr.report.chart;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.results.Cell;
import org.reuseaddr.transcript.Visible;

/**
 * The pictures of a report.
 *
 * @param calls what every call costs, on one picture; empty where too few were measured
 * @param narrow the same for a narrow page
 * @param details the pictures of each benchmark class, in the order of their names
 * @param problems why there are none, one line each
 */
public record Charts(Optional<ChartFigure> calls, Optional<ChartFigure> narrow, List<Details> details, List<String> problems) {

    public Charts {
        details = List.copyOf(details);
        problems = List.copyOf(problems);
    }

    /**
     * What the iterations and forks of one benchmark class look like.
     *
     * @param title the class
     */
    public record Details(String title, List<ChartFigure> figures) {
        public Details {
            figures = List.copyOf(figures);
        }
    }

    /** All of them but the narrow one, for files. */
    public List<ChartFigure> figures() {
        return Stream.concat(calls.stream(), details.stream().flatMap(each -> each.figures().stream())).toList();
    }

    /**
     * Draws what the data allow; without fonts nothing, and a line that says so.
     *
     * @param baseline the run that it is compared with
     */
    public static Charts of(RunData run, Optional<RunData> baseline) {
        // Where DISPLAY is set and the JRE is a headless one, AWT would look for a screen and fail.
        System.setProperty("java.awt.headless", "true");
        try {
            new Font(Font.SANS_SERIF, Font.PLAIN, 12).getStringBounds("0", new FontRenderContext(null, true, true));
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (Error | RuntimeException e) {
            // Without libfreetype a LinkageError, without fontconfig an InternalError, without any font an Error as such.
            return new Charts(Optional.empty(), Optional.empty(), List.of(), List.of("no charts: this Java has no fonts to draw with ("
                    + Visible.line(String.valueOf(e.getMessage())) + "); on Debian: apt-get install fontconfig fonts-dejavu-core"));
        }
        return draw(run, baseline);
    }

    private static Charts draw(RunData run, Optional<RunData> baseline) {
        Map<String, Map<Cell, CellData>> groups = new LinkedHashMap<>();
        String label = Visible.line(run.run().label());
        baseline.ifPresent(base -> {
            String name = Visible.line(base.run().label());
            groups.put(name.equals(label) ? name + " (baseline)" : name, base.cells());
        });
        groups.put(label, run.cells());

        Map<String, Map<String, Map<Cell, CellData>>> byClass = new TreeMap<>();
        groups.forEach((name, cells) -> cells.forEach((cell, data) -> {
            if (!data.forks().isEmpty()) {
                byClass.computeIfAbsent(className(cell) + " " + data.unit(), fresh -> new LinkedHashMap<>())
                        .computeIfAbsent(name, fresh -> new TreeMap<>()).put(cell, data);
            }
        }));
        List<Details> details = new ArrayList<>();
        byClass.values().forEach(group -> {
            ChartPainter painter = new ChartPainter(group);
            List<ChartFigure> figures = new ArrayList<>();
            painter.scaling().ifPresent(figures::add);
            figures.add(painter.estimates());
            figures.add(painter.iterations());
            details.add(new Details(painter.title(), figures));
        });
        CallsPainter calls = new CallsPainter(groups);
        return new Charts(calls.wide(), calls.narrow(), details, List.of());
    }

    private static String className(Cell cell) {
        int dot = cell.benchmark().indexOf('.');
        return dot < 0 ? cell.benchmark() : cell.benchmark().substring(0, dot);
    }
}
