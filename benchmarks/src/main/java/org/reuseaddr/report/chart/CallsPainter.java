package org.reuseaddr.report.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Estimates;
import org.reuseaddr.compare.LinuxCosts;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Parameter;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.Unit;
import org.reuseaddr.transcript.Visible;

/**
 * One picture of what all calls cost: a row a call, on a logarithmic axis, the address families beside each other, and a mark where
 * native Linux would be on a machine as fast as this one.
 */
final class CallsPainter {

    /** What a row is of, in the order of the rows: a listener's whole life, its calls one by one, what no bind is part of. */
    private static final List<Shown> SHOWN = List.of(new Shown("ListenerLifecycle.cycle", "all five calls"),
            new Shown("SyscallCost.socket", "socket"), new Shown("SyscallCost.setsockopt", "setsockopt"),
            new Shown("SyscallCost.bind", "bind"), new Shown("AfterPause.bind", "bind after a pause"),
            new Shown("ConcurrentBind.bind", "bind beside others"), new Shown("SyscallCost.listen", "listen"),
            new Shown("AfterPause.listen", "listen after a pause"), new Shown("SyscallCost.getsockname", "getsockname"),
            new Shown("SyscallCost.accept", "accept"), new Shown("SyscallCost.close", "close"),
            new Shown("DuplicateRejection.bind", "refused bind"), new Shown("DuplicateRejection.listen", "refused listen"),
            new Shown("Control.socketClose", "socket and close"), new Shown("Control.unixBind", "bind of AF_UNIX"),
            new Shown("Control.getppid", "getppid"), new Shown("Control.cpu", "computing"));
    private static final List<String> BENCHMARKS = SHOWN.stream().map(Shown::benchmark).toList();
    private static final String NATIVE = "native";
    private static final String LINUX = "native Linux";
    private static final String NO_FAMILY = "no family";
    private static final int WIDTH = 860;
    private static final int NARROW = 350;
    private static final int ROW = 22;
    private static final int FRAME = 110;
    private static final double DOT = 8;
    private static final double MARK_WIDTH = 3;
    private static final double MARK_HEIGHT = 16;
    /** How far beyond the estimates an interval is drawn. */
    private static final double CLIP = 3;
    private static final double MARGIN = 1.5;
    private static final double MICRO = 1e3;
    private static final double DECADE = 10;
    /** From one tick of the axis to the next, in powers of ten: a doubling, or decades. */
    private static final double[] TICKS = {Math.log10(2), 1, 2, 3};
    private static final int MOST_TICKS = 9;
    private static final int MOST_TICKS_NARROW = 3;

    private final Map<String, Map<Cell, CellData>> groups = new LinkedHashMap<>();
    private final List<Row> rows;
    private final LinuxCosts linux = new LinuxCosts();

    /**
     * A benchmark and what its rows are called.
     *
     * @param words the call, as short as can be
     */
    private record Shown(String benchmark, String words) {
    }

    /** All cells that differ in their family alone. */
    private record Row(String benchmark, SortedMap<String, String> traits) {
        static Row of(Cell cell) {
            SortedMap<String, String> traits = new TreeMap<>(cell.params());
            traits.remove(Parameter.FAMILY);
            return new Row(cell.benchmark(), traits);
        }
    }

    /** @param runs the cells by run, the one that the report is about last */
    CallsPainter(Map<String, Map<Cell, CellData>> runs) {
        runs.forEach((name, cells) -> {
            Map<Cell, CellData> shown = new TreeMap<>(cells);
            shown.values().removeIf(data -> !isShown(data));
            groups.put(name, shown);
        });
        rows = groups.values().stream().flatMap(cells -> cells.keySet().stream()).map(Row::of).distinct()
                .sorted(Comparator.comparingInt((Row row) -> BENCHMARKS.indexOf(row.benchmark()))
                        .thenComparing(row -> row.traits().toString())).toList();
    }

    private static boolean isShown(CellData data) {
        Cell cell = data.cell();
        return !data.forks().isEmpty() && data.unit().equals(Unit.NANOS) && BENCHMARKS.contains(cell.benchmark())
                && cell.mode().equals(Cell.AVERAGE_TIME) && cell.threads() == 1
                && cell.params().getOrDefault(Parameter.API, NATIVE).equals(NATIVE)
                && !cell.params().getOrDefault(Parameter.REUSE_ADDRESS, "true").equals("false");
    }

    /** For a page; empty where fewer than two calls were measured, which need no picture. */
    Optional<ChartFigure> wide() {
        return rows.size() < 2 ? Optional.empty() : Optional.of(figure("calls", WIDTH, MOST_TICKS));
    }

    /** The same for a telephone. */
    Optional<ChartFigure> narrow() {
        return rows.size() < 2 ? Optional.empty() : Optional.of(figure("calls-narrow", NARROW, MOST_TICKS_NARROW));
    }

    private ChartFigure figure(String name, int width, int ticks) {
        XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
        List<Color> colours = new ArrayList<>();
        List<Shape> shapes = new ArrayList<>();
        List<Double> values = new ArrayList<>();
        linuxMarks(data, values, colours, shapes);
        Set<String> families = new LinkedHashSet<>(groups.values().stream().flatMap(cells -> cells.keySet().stream())
                .map(CallsPainter::family).sorted(Comparator.comparing((String family) -> family.equals(NO_FAMILY))
                        .thenComparing(Comparator.naturalOrder())).toList());
        int colour = 0;
        for (Map.Entry<String, Map<Cell, CellData>> group : groups.entrySet()) {
            for (String family : families) {
                data.addSeries(series(family + (groups.size() > 1 ? " on " + group.getKey() : ""), family, group.getValue(),
                        offset(data.getSeriesCount() - 1, families.size() * groups.size()), values));
                colours.add(ChartPainter.SERIES.get(colour++ % ChartPainter.SERIES.size()));
                shapes.add(new Ellipse2D.Double(-DOT / 2, -DOT / 2, DOT, DOT));
            }
        }
        XYErrorRenderer renderer = new XYErrorRenderer();
        renderer.setDrawYError(false);
        renderer.setCapLength(4);
        renderer.setErrorStroke(new BasicStroke(1.5f));
        XYPlot plot = new XYPlot(data, axis(values, ticks), rowAxis(), renderer);
        ChartPainter.styled(plot);
        for (int i = 0; i < colours.size(); i++) {
            renderer.setSeriesPaint(i, colours.get(i));
            renderer.setSeriesShape(i, shapes.get(i));
        }
        int perRow = Math.max(1, groups.size());
        return ChartPainter.figure(name, "What each call costs", "The median over forks with its 95 % interval, on a logarithmic axis; "
                + "less is better. The upright mark is what native Linux costs relative to socket and close, on a machine as fast "
                + "as this one.",
                plot, true, width, rows.size() * ROW * (perRow + 1) / 2 + FRAME);
    }

    private void linuxMarks(XYIntervalSeriesCollection data, List<Double> values, List<Color> colours, List<Shape> shapes) {
        XYIntervalSeries marks = new XYIntervalSeries(LINUX);
        String last = new ArrayList<>(groups.keySet()).get(groups.size() - 1);
        Map<Row, Double> costs = new LinkedHashMap<>();
        groups.get(last).forEach((cell, cellData) -> {
            OptionalDouble cost = linux.of(cellData);
            cost.ifPresent(nanos -> costs.merge(Row.of(cell), nanos / MICRO, (one, other) -> (one + other) / 2));
        });
        costs.forEach((row, micros) -> {
            values.add(micros);
            marks.add(micros, micros, micros, rows.indexOf(row), rows.indexOf(row), rows.indexOf(row));
        });
        data.addSeries(marks);
        colours.add(ChartPainter.SOFT);
        shapes.add(new Rectangle2D.Double(-MARK_WIDTH / 2, -MARK_HEIGHT / 2, MARK_WIDTH, MARK_HEIGHT));
    }

    private XYIntervalSeries series(String name, String family, Map<Cell, CellData> cells, double offset, List<Double> values) {
        XYIntervalSeries series = new XYIntervalSeries(name);
        cells.forEach((cell, cellData) -> {
            if (family(cell).equals(family)) {
                Estimate estimate = Estimates.of(cellData, Sample.SCORE).orElseThrow();
                double micros = estimate.value() / MICRO;
                double row = rows.indexOf(Row.of(cell)) + (family.equals(NO_FAMILY) ? 0 : offset);
                values.add(micros);
                series.add(micros, estimate.interval().map(ends -> Math.max(micros / CLIP, ends.low() / MICRO)).orElse(micros),
                        estimate.interval().map(ends -> Math.min(micros * CLIP, ends.high() / MICRO)).orElse(micros), row, row, row);
            }
        });
        return series;
    }

    private static double offset(int series, int all) {
        return all < 2 ? 0 : (series - (all - 1) / 2.0) * 0.5 / all;
    }

    private static String family(Cell cell) {
        return cell.params().getOrDefault(Parameter.FAMILY, NO_FAMILY);
    }

    private SymbolAxis rowAxis() {
        SymbolAxis axis = new SymbolAxis(null, rows.stream().map(this::label).toArray(String[]::new));
        axis.setGridBandsVisible(false);
        axis.setInverted(true);
        axis.setRange(-0.7, rows.size() - 0.3);
        return axis;
    }

    /** The call with those of its parameters that other rows of the benchmark have otherwise. */
    private String label(Row row) {
        Set<String> varying = new TreeSet<>();
        rows.stream().filter(other -> other.benchmark().equals(row.benchmark())).forEach(other -> row.traits().forEach((name, value) -> {
            if (!value.equals(other.traits().get(name))) {
                varying.add(name);
            }
        }));
        String words = SHOWN.get(BENCHMARKS.indexOf(row.benchmark())).words();
        return Visible.line(String.join(" ", Stream.concat(Stream.of(words), varying.stream().map(name ->
                row.traits().get(name).matches("\\d+") ? name + "=" + row.traits().get(name) : row.traits().get(name))).toList()));
    }

    private static LogAxis axis(List<Double> micros, int mostTicks) {
        double low = micros.stream().mapToDouble(value -> value).filter(value -> value > 0).min().orElse(1) / MARGIN;
        double high = Math.max(micros.stream().mapToDouble(value -> value).max().orElse(1) * MARGIN, low * DECADE);
        LogAxis axis = new LogAxis("cost (logarithmic)");
        axis.setNumberFormatOverride(new TimeFormat());
        axis.setRange(low, high);
        axis.setTickUnit(new NumberTickUnit(DoubleStream.of(TICKS).filter(tick -> Math.log10(high / low) / tick <= mostTicks)
                .findFirst().orElse(TICKS[TICKS.length - 1])));
        return axis;
    }
}
