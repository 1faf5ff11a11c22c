package org.reuseaddr.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;
import org.reuseaddr.compare.Estimate;
import org.reuseaddr.compare.Interval;
import org.reuseaddr.compare.Ratio;
import org.reuseaddr.report.chart.DisplayUnit;
import org.reuseaddr.results.Unit;

/** Numbers as people read them, with a decimal point in every locale. */
public final class Figures {

    private static final int DIGITS = 3;
    private static final double LARGEST_PLAIN = 1e15;
    private static final double SMALLEST_PLAIN = 1e-7;
    /** Ratios beyond this are shown as whole numbers. */
    private static final double LARGE_RATIO = 100;

    private final Optional<DisplayUnit> fixed;

    /** @param fixed the unit of all times; empty for the one that fits each */
    public Figures(Optional<DisplayUnit> fixed) {
        this.fixed = fixed;
    }

    /**
     * Three significant digits, {@code 5160}, {@code 5.16}, {@code 0.00516}; with an exponent where that would take more than
     * 15 digits before the point or 9 behind it.
     */
    static String significant(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return value == 0 ? "0" : "–";
        }
        if (Math.abs(value) >= LARGEST_PLAIN || Math.abs(value) < SMALLEST_PLAIN) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(DIGITS, RoundingMode.HALF_EVEN));
        return rounded.setScale(Math.max(0, DIGITS - rounded.precision() + rounded.scale())).toPlainString();
    }

    /** A time with its unit, {@code 5.16 µs}. */
    String time(double nanoseconds) {
        DisplayUnit unit = fixed.orElseGet(() -> DisplayUnit.fitting(nanoseconds));
        return significant(nanoseconds / unit.nanos()) + " " + unit.symbol();
    }

    /** A value in the unit of an estimate. */
    public String value(double value, String unit) {
        return unit.equals(Unit.NANOS) ? time(value) : (significant(value) + " " + unit).strip();
    }

    /** An estimate with its precision, {@code 5.16 µs ±3 %}; without it where there is a single fork. */
    public String estimate(Estimate estimate) {
        String value = value(estimate.value(), estimate.unit());
        if (estimate.precision().isEmpty()) {
            return value;
        }
        double precision = estimate.precision().getAsDouble();
        return value + (precision > 1 ? " ±>100 %" : " ±" + percent(precision));
    }

    /** A share as {@code 98 %}; below ten with one decimal. */
    static String percent(double share) {
        double percent = share * 100;
        return String.format(Locale.ROOT, Math.abs(percent) < 9.95 ? "%.1f %%" : "%.0f %%", percent);
    }

    /** A ratio, {@code ×1.25}. */
    static String ratio(double ratio) {
        return "×" + plain(ratio);
    }

    /** The ends of a ratio's interval, {@code 1.21–1.30}. */
    static String interval(Ratio ratio) {
        Interval interval = ratio.interval();
        return plain(interval.low()) + "–" + plain(interval.high());
    }

    private static String plain(double ratio) {
        return ratio >= LARGE_RATIO ? significant(ratio) : String.format(Locale.ROOT, "%.2f", ratio);
    }
}
