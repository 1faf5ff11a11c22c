package org.reuseaddr.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 5%} or {@code 5}, as the share 0.05. */
final class PercentConverter implements ITypeConverter<Double> {

    private static final double MOST = 1000;

    @Override
    public Double convert(String value) {
        try {
            double percent = Double.parseDouble(value.strip().replaceFirst("\\s*%$", ""));
            if (percent > 0 && percent <= MOST) {
                return percent / 100;
            }
        } catch (NumberFormatException e) {
            throw new TypeConversionException("expected a percentage such as 5%, found '" + value + "'");
        }
        throw new TypeConversionException("expected a percentage above 0, found '" + value + "'");
    }
}
