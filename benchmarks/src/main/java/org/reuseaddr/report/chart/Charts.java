package org.reuseaddr.report.chart;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.RunData;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Visible;

/**
 * The pictures of a report.
 *
 * @param figures in their order
 * @param problems why there are none, one line each
 */
public record Charts(List<ChartFigure> figures, List<String> problems) {

    public Charts {
        figures = List.copyOf(figures);
        problems = List.copyOf(problems);
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
            return new Charts(List.of(), List.of("no charts: this Java has no fonts to draw with ("
                    + Visible.line(String.valueOf(e.getMessage())) + "); on Debian: apt-get install fontconfig fonts-dejavu-core"));
        }
        return new Charts(draw(run, baseline), List.of());
    }

    private static List<ChartFigure> draw(RunData run, Optional<RunData> baseline) {
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
        List<ChartFigure> figures = new ArrayList<>();
        byClass.values().forEach(group -> {
            ChartPainter painter = new ChartPainter(group);
            painter.stackedCalls().ifPresent(figures::add);
            painter.scaling().ifPresent(figures::add);
            figures.add(painter.estimates());
            figures.add(painter.iterations());
        });
        return figures;
    }

    private static String className(Cell cell) {
        int dot = cell.benchmark().indexOf('.');
        return dot < 0 ? cell.benchmark() : cell.benchmark().substring(0, dot);
    }
}
