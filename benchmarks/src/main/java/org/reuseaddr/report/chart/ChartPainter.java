package org.reuseaddr.report.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.Axis;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.reuseaddr.compare.CellData;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Estimates;
import org.reuseaddr.compare.Fork;
import org.reuseaddr.results.Cell;
import org.reuseaddr.results.Sample;
import org.reuseaddr.results.Unit;
import org.reuseaddr.transcript.Visible;

/** Draws the cells of one benchmark class and unit, one colour a group. The colours are those that report.css replaces. */
final class ChartPainter {

    private static final Color INK = new Color(0x1a1d21);
    static final Color SOFT = new Color(0x555c66);
    private static final Color LINE = new Color(0xc9ced6);
    static final List<Color> SERIES = List.of(new Color(0x0b6bcb), new Color(0xc2410c), new Color(0x15803d),
            new Color(0x7e22ce), new Color(0xa16207), new Color(0x0e7490), new Color(0xbe185d));
    private static final Font PLAIN = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final String PER_OPERATION = " per operation";
    private static final int WIDTH = 860;
    private static final int ROW = 26;
    private static final int FRAME = 110;
    /** Values that differ by more than this factor are shown on a logarithmic axis. */
    private static final double WIDE = 20;
    /** How far beyond the estimates an interval is drawn: with two forks it may be very wide. */
    private static final double CLIP = 3;
    private static final double MANY_DECADES = 2e3;
    private static final int CURVE_POINTS = 3;
    private static final double DOT = 8;

    private final Map<String, Map<Cell, CellData>> groups;
    private final List<Cell> cells;
    private final Set<String> varying = new TreeSet<>();
    private final String unit;
    private final double scale;

    /** @param groups the cells by group and cell, with one unit and at least one cell */
    ChartPainter(Map<String, Map<Cell, CellData>> groups) {
        this.groups = groups;
        cells = List.copyOf(groups.values().stream().flatMap(data -> data.keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new)));
        Map<String, Set<String>> values = new TreeMap<>();
        cells.forEach(cell -> cell.params().forEach((name, value) ->
                values.computeIfAbsent(name, fresh -> new TreeSet<>()).add(value)));
        values.forEach((name, all) -> {
            if (all.size() > 1 || cells.stream().anyMatch(cell -> !cell.params().containsKey(name))) {
                varying.add(name);
            }
        });
        CellData any = groups.values().iterator().next().values().iterator().next();
        double least = estimates(groups).stream().mapToDouble(Estimate::value).min().orElse(1);
        boolean time = any.unit().equals(Unit.NANOS);
        DisplayUnit fitting = DisplayUnit.fitting(least);
        scale = time ? fitting.nanos() : 1;
        unit = time ? fitting.symbol() + PER_OPERATION : any.unit();
    }

    private static List<Estimate> estimates(Map<String, Map<Cell, CellData>> groups) {
        return groups.values().stream().flatMap(group -> group.values().stream())
                .flatMap(data -> Estimates.of(data, Sample.SCORE).stream()).toList();
    }

    /** The benchmark class. */
    String title() {
        String benchmark = cells.get(0).benchmark();
        int dot = benchmark.indexOf('.');
        return Visible.line(dot < 0 ? benchmark : benchmark.substring(0, dot));
    }

    private String name(String kind) {
        return (title() + "-" + kind).replaceAll("[^A-Za-z0-9-]+", "-");
    }

    /** What distinguishes a cell from the others of the chart. */
    private String label(Cell cell) {
        return label(cell, "");
    }

    private String label(Cell cell, String except) {
        String benchmark = cell.benchmark();
        boolean sameMethod = cells.stream().allMatch(other -> other.benchmark().equals(benchmark));
        List<String> parts = new ArrayList<>();
        if (!sameMethod) {
            parts.add(benchmark.substring(benchmark.indexOf('.') + 1));
        }
        cell.params().forEach((parameter, value) -> {
            if (varying.contains(parameter) && !parameter.equals(except)) {
                parts.add(value.equals("true") || value.equals("false") ? parameter + "=" + value : value);
            }
        });
        if (!cells.stream().allMatch(other -> other.mode().equals(cell.mode()))) {
            parts.add(cell.mode());
        }
        return Visible.line(parts.isEmpty() && except.isEmpty() ? benchmark : String.join(" ", parts));
    }

    /** Estimates with their intervals, a row a cell. */
    ChartFigure estimates() {
        double least = estimates(groups).stream().mapToDouble(Estimate::value).min().orElse(1) / scale;
        double most = estimates(groups).stream().mapToDouble(Estimate::value).max().orElse(1) / scale;
        // Both lie outside of the picture, so that an end that is drawn is an end of the interval.
        double low = isWide(least, most) ? least / CLIP : 0;
        double high = most * CLIP;
        XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
        groups.forEach((group, measured) -> {
            XYIntervalSeries series = new XYIntervalSeries(group);
            double offset = offset(data.getSeriesCount());
            measured.forEach((cell, cellData) -> Estimates.of(cellData, Sample.SCORE).ifPresent(estimate -> {
                double value = estimate.value() / scale;
                double row = cells.indexOf(cell) + offset;
                series.add(value, estimate.interval().map(ends -> Math.max(low, ends.low() / scale)).orElse(value),
                        estimate.interval().map(ends -> Math.min(high, ends.high() / scale)).orElse(value), row, row, row);
            }));
            data.addSeries(series);
        });
        XYErrorRenderer renderer = new XYErrorRenderer();
        renderer.setDrawYError(false);
        renderer.setCapLength(6);
        renderer.setErrorStroke(new BasicStroke(2f));
        return rows("estimates", title() + ": estimates", "The median over " + replicates()
                + " with its 95 % interval, "
                + direction() + "; an interval that reaches the edge continues beyond it.", new XYPlot(data, valueAxis(least, most),
                        rowAxis(), renderer));
    }

    private String replicates() {
        return groups.values().stream().flatMap(group -> group.values().stream()).anyMatch(data -> data.blocks() > 1)
                ? "forks or blocks" : "forks";
    }

    /** Every measured iteration as a dot, a row a cell. */
    ChartFigure iterations() {
        XYSeriesCollection data = new XYSeriesCollection();
        double low = Double.MAX_VALUE;
        double high = Double.MIN_VALUE;
        for (Map.Entry<String, Map<Cell, CellData>> group : groups.entrySet()) {
            XYSeries series = new XYSeries(group.getKey(), false, true);
            double offset = offset(data.getSeriesCount());
            for (Map.Entry<Cell, CellData> measured : group.getValue().entrySet()) {
                for (Fork fork : measured.getValue().forks()) {
                    for (double iteration : fork.iterations()) {
                        series.add(iteration / scale, cells.indexOf(measured.getKey()) + offset);
                        low = Math.min(low, iteration / scale);
                        high = Math.max(high, iteration / scale);
                    }
                }
            }
            data.addSeries(series);
        }
        XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
        return rows("iterations", title() + ": distribution of samples", "Every measured iteration is a dot, "
                + direction() + ".", new XYPlot(data, valueAxis(low, high), rowAxis(), renderer));
    }

    private String direction() {
        return unit.endsWith(PER_OPERATION) ? "less is better" : "more is better";
    }

    /** Cost against the parameter that grows, if one does. */
    Optional<ChartFigure> scaling() {
        return varying.stream().filter(parameter -> cells.stream()
                        .map(cell -> cell.params().getOrDefault(parameter, "")).allMatch(value -> value.matches("\\d{1,9}"))
                        && steps(parameter).size() >= CURVE_POINTS)
                .findFirst().map(this::scaling);
    }

    private List<String> steps(String parameter) {
        return cells.stream().map(cell -> cell.params().get(parameter)).distinct()
                .sorted(Comparator.comparingInt(Integer::parseInt)).toList();
    }

    private ChartFigure scaling(String parameter) {
        List<String> steps = steps(parameter);
        XYIntervalSeriesCollection data = new XYIntervalSeriesCollection();
        Map<String, XYIntervalSeries> curves = new TreeMap<>();
        List<Double> values = new ArrayList<>();
        groups.forEach((group, measured) -> measured.forEach((cell, cellData) ->
                Estimates.of(cellData, Sample.SCORE).ifPresent(estimate -> {
                    String curve = (label(cell, parameter) + (groups.size() > 1 ? " " + group : "")).strip();
                    double x = steps.indexOf(cell.params().get(parameter));
                    double y = estimate.value() / scale;
                    values.add(y);
                    curves.computeIfAbsent(curve, XYIntervalSeries::new).add(x, x, x, y,
                            estimate.interval().map(ends -> Math.max(y / CLIP, ends.low() / scale)).orElse(y),
                            estimate.interval().map(ends -> Math.min(y * CLIP, ends.high() / scale)).orElse(y));
                })));
        curves.values().forEach(data::addSeries);
        XYErrorRenderer renderer = new XYErrorRenderer();
        renderer.setDrawXError(false);
        renderer.setDefaultLinesVisible(true);
        SymbolAxis axis = new SymbolAxis(parameter, steps.toArray(String[]::new));
        axis.setGridBandsVisible(false);
        XYPlot plot = new XYPlot(data, axis, valueAxis(values.stream().mapToDouble(value -> value).min().orElse(1),
                values.stream().mapToDouble(value -> value).max().orElse(1)), renderer);
        return figure("scaling", title() + ": cost against " + Visible.line(parameter), "The median over " + replicates()
                + " with its 95 % "
                + "interval, " + direction() + ".", styled(plot), curves.size() > 1, 420);
    }

    private ChartFigure rows(String kind, String title, String explanation, XYPlot plot) {
        return figure(kind, title, explanation, styled(plot), groups.size() > 1, cells.size() * ROW * groups.size() / 2
                + cells.size() * ROW / 2 + FRAME);
    }

    /** The plot in the colours of a page. */
    static XYPlot styled(XYPlot plot) {
        for (int i = 0; i < plot.getSeriesCount(); i++) {
            plot.getRenderer().setSeriesPaint(i, SERIES.get(i % SERIES.size()));
            plot.getRenderer().setSeriesShape(i, i < SERIES.size() ? new Ellipse2D.Double(-DOT / 2, -DOT / 2, DOT, DOT)
                    : new Rectangle2D.Double(-DOT / 2, -DOT / 2, DOT, DOT));
        }
        plot.setDomainGridlinePaint(LINE);
        plot.setRangeGridlinePaint(LINE);
        style(plot.getDomainAxis());
        style(plot.getRangeAxis());
        return plot;
    }

    private ChartFigure figure(String kind, String title, String explanation, Plot plot, boolean legend, int height) {
        return figure(name(kind), title, explanation, plot, legend, WIDTH, height);
    }

    /** A figure in the colours of a page. */
    static ChartFigure figure(String name, String title, String explanation, Plot plot, boolean legend, int width, int height) {
        plot.setBackgroundPaint(null);
        plot.setOutlineVisible(false);
        JFreeChart chart = new JFreeChart(null, PLAIN, plot, legend);
        chart.setBackgroundPaint(Color.WHITE);
        chart.setPadding(new RectangleInsets(6, 6, 6, 18));
        if (legend) {
            chart.getLegend().setFrame(BlockBorder.NONE);
            chart.getLegend().setBackgroundPaint(null);
            chart.getLegend().setItemPaint(INK);
            chart.getLegend().setItemFont(PLAIN);
        }
        return new ChartFigure(name, title, explanation, chart, width, height);
    }

    /** Groups lie above each other within a row. */
    private double offset(int group) {
        return groups.size() == 1 ? 0 : (group - (groups.size() - 1) / 2.0) * 0.3;
    }

    private SymbolAxis rowAxis() {
        SymbolAxis axis = new SymbolAxis(null, cells.stream().map(this::label).toArray(String[]::new));
        axis.setGridBandsVisible(false);
        axis.setInverted(true);
        axis.setRange(-0.6, cells.size() - 0.4);
        return axis;
    }

    private ValueAxis valueAxis(double low, double high) {
        DecimalFormat format = new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT));
        if (isWide(low, high)) {
            LogAxis axis = new LogAxis(unit + " (logarithmic)");
            axis.setNumberFormatOverride(format);
            axis.setRange(low / 1.5, high * 1.5);
            // In powers of ten: decades where there are many, else doublings.
            axis.setTickUnit(new NumberTickUnit(high / low > MANY_DECADES ? 1 : Math.log10(2)));
            return axis;
        }
        NumberAxis axis = new NumberAxis(unit);
        axis.setNumberFormatOverride(format);
        axis.setRange(0, high > 0 ? high * 1.15 : 1);
        return axis;
    }

    private static boolean isWide(double low, double high) {
        return low > 0 && high / low > WIDE;
    }

    private static void style(Axis axis) {
        axis.setLabelFont(PLAIN);
        axis.setLabelPaint(INK);
        axis.setTickLabelFont(PLAIN);
        axis.setTickLabelPaint(INK);
        axis.setAxisLinePaint(SOFT);
        axis.setTickMarkPaint(SOFT);
    }
}
