package org.reuseaddr.report.chart;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.Locale;

/** Microseconds as people write them, in the unit that fits: {@code 250 ns}, {@code 8 µs}, {@code 10 ms}. */
final class TimeFormat extends NumberFormat {

    private static final long serialVersionUID = 1;
    private static final double NANOS_OF_MICRO = 1e3;
    /** What a logarithm and its power have lost: 1 µs may arrive as 0.9999999. */
    private static final double ALMOST = 1.000_001;

    private final DecimalFormat digits = new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT));

    @Override
    public StringBuffer format(double micros, StringBuffer text, FieldPosition position) {
        DisplayUnit unit = DisplayUnit.fitting(micros * NANOS_OF_MICRO * ALMOST);
        return text.append(digits.format(micros * NANOS_OF_MICRO / unit.nanos())).append(' ').append(unit.symbol());
    }

    @Override
    public StringBuffer format(long micros, StringBuffer text, FieldPosition position) {
        return format((double) micros, text, position);
    }

    /** Axes are only written. */
    @Override
    public Number parse(String text, ParsePosition position) {
        throw new UnsupportedOperationException("times are written, not read");
    }
}
