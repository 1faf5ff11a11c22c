package org.reuseaddr.results;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The one dialect of every CSV file of a run: RFC 4180, UTF-8, LF, a header line.
 *
 * <p>A text cell that a spreadsheet would take for a formula (it begins with {@code =}, {@code +}, {@code -},
 * {@code @}, tab or carriage return and is no number) is written with an apostrophe in front, which is taken off again when
 * the file is read here.
 */
final class CsvFile {

    /** The longest row that is read, in characters: one of the suite has a few hundred, with evidence some thousand. */
    static final int MAX_RECORD = 1 << 20;
    /** The most columns that are read. */
    static final int MAX_COLUMNS = 1000;

    private static final CSVFormat FORMAT = CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final String FORMULA_STARTERS = "=+-@\t\r";

    private CsvFile() {
    }

    /** One row as text, its end of line included. */
    static String line(List<String> cells) {
        Object[] guarded = cells.stream().map(CsvFile::guard).toArray();
        return FORMAT.format(guarded) + '\n';
    }

    /** Appends rows to a file, each with a single write, so that a kill leaves whole rows. */
    static final class Writer implements AutoCloseable {
        private final Path file;
        private final FileChannel channel;

        /**
         * Opens for appending; a new or empty file gets the header.
         *
         * @throws OutputException if the file cannot be written, or has other columns
         */
        Writer(Path file, List<String> header) {
            this.file = file;
            try {
                channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
            } catch (IOException e) {
                throw new OutputException(file, e);
            }
            try {
                if (channel.size() == 0) {
                    append(header);
                } else {
                    requireHeader(header);
                    channel.position(channel.size());
                }
            } catch (IOException e) {
                close();
                throw new OutputException(file, e);
            } catch (OutputException e) {
                close();
                throw e;
            }
        }

        /** A row beneath the header of another version would stand in the wrong columns. */
        private void requireHeader(List<String> header) throws IOException {
            byte[] expected = line(header).getBytes(StandardCharsets.UTF_8);
            ByteBuffer found = ByteBuffer.allocate(expected.length);
            while (found.hasRemaining() && channel.read(found) >= 0) {
                // A read may return fewer bytes than there is room for.
            }
            if (!Arrays.equals(expected, found.array())) {
                throw new IOException("it has other columns than this version writes; name another --out");
            }
        }

        /** Writes one row; if that fails half-way, the half is taken back. */
        synchronized void append(List<String> cells) {
            ByteBuffer row = ByteBuffer.wrap(line(cells).getBytes(StandardCharsets.UTF_8));
            try {
                long start = channel.position();
                try {
                    while (row.hasRemaining()) {
                        channel.write(row);
                    }
                } catch (IOException e) {
                    channel.truncate(start);
                    throw e;
                }
            } catch (IOException e) {
                throw new OutputException(file, e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new OutputException(file, e);
            }
        }
    }

    /** One row with its place. */
    record Row(Path file, long line, Map<String, Integer> columns, CSVRecord cells) {

        /** The text of a required column. */
        String text(String column) {
            Integer index = columns.get(column);
            if (index == null) {
                throw new InputException(file, 1, "expected a column " + column + ", which is not there");
            }
            return unguard(cells.get(index));
        }

        /** The text of a column that other versions of the suite may lack. */
        String text(String column, String otherwise) {
            return columns.containsKey(column) ? text(column) : otherwise;
        }

        /** The run that the row belongs to. */
        RunId run() {
            return new RunId(text(Column.RUN_ID), text(Column.LABEL), text(Column.PLATFORM));
        }

        /** A whole number within limits, of a column that other versions of the suite may lack. */
        int integer(String column, int low, int high, int otherwise) {
            return columns.containsKey(column) ? integer(column, low, high) : otherwise;
        }

        /** A whole number within limits. */
        int integer(String column, int low, int high) {
            String text = text(column);
            try {
                int value = Integer.parseInt(text);
                if (value >= low && value <= high) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new InputException(file, line, column, "expected a whole number, found " + quote(text));
            }
            throw new InputException(file, line, column, "expected " + low + " to " + high + ", found " + quote(text));
        }

        /** A finite number, with a point as the decimal mark, or NaN. */
        double number(String column) {
            String text = text(column);
            if (text.equals("NaN")) {
                return Double.NaN;
            }
            // Java's own reading would also take suffixes, hexadecimals, blanks and the word Infinity.
            if (!isNumber(text)) {
                throw new InputException(file, line, column,
                        "expected a number with a decimal point, found " + quote(text));
            }
            double value = Double.parseDouble(text);
            if (Double.isInfinite(value)) {
                throw new InputException(file, line, column, "expected a finite number, found " + quote(text));
            }
            return value;
        }
    }

    /** Reads a file row by row. A last line that lacks its end, as a kill may leave, is an error like any other. */
    static void read(Path file, List<String> required, Consumer<Row> consumer) {
        RegularFile.require(file);
        try (Reader bounded = new BoundedRecords(file, open(file));
                CSVParser parser = CSVParser.builder().setReader(bounded).setFormat(FORMAT).get()) {
            Map<String, Integer> columns = null;
            long line = 1;
            for (CSVRecord cells : parser) {
                if (columns == null) {
                    columns = header(file, cells);
                    for (String name : required) {
                        if (!columns.containsKey(name)) {
                            throw new InputException(file, 1, "expected a column " + name + ", found "
                                    + quote(String.join(",", cells)));
                        }
                    }
                } else if (cells.size() != columns.size()) {
                    throw new InputException(file, line, "expected " + columns.size() + " columns, found " + cells.size());
                } else {
                    consumer.accept(new Row(file, line, columns, cells));
                }
                line = parser.getCurrentLineNumber() + 1;
            }
            if (columns == null) {
                throw new InputException(file, "expected a header line, found an empty file");
            }
        } catch (java.io.UncheckedIOException e) {
            throw unreadable(file, e.getCause());
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (IllegalStateException e) {
            throw new InputException(file, "expected CSV as RFC 4180 writes it: " + firstLine(e));
        }
    }

    /**
     * Takes away what follows the end of the last whole row, as a kill or a full disk can leave it.
     *
     * @return whether there was anything to take away
     * @throws OutputException if the file can be read and not be changed
     */
    static boolean dropCutRow(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long end = 0;
            long position = 0;
            boolean quoted = false;
            ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
            while (channel.read(bytes) >= 0) {
                bytes.flip();
                while (bytes.hasRemaining()) {
                    byte b = bytes.get();
                    position++;
                    quoted ^= b == '"';
                    end = b == '\n' && !quoted ? position : end;
                }
                bytes.clear();
            }
            channel.truncate(end);
            return end < position;
        } catch (IOException e) {
            throw new OutputException(file, e);
        }
    }

    private static String firstLine(Exception e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }

    private static BufferedReader open(Path file) throws IOException {
        return new BufferedReader(java.nio.channels.Channels.newReader(Files.newByteChannel(file),
                StandardCharsets.UTF_8.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT), -1));
    }

    private static InputException unreadable(Path file, IOException e) {
        if (e instanceof CharacterCodingException) {
            return new InputException(file, "expected UTF-8 text");
        }
        if (e instanceof NoSuchFileException) {
            return new InputException(file, "no such file");
        }
        if (Files.isDirectory(file)) {
            return new InputException(file, "expected a file, found a directory");
        }
        if (e instanceof CSVException) {
            return new InputException(file, "expected CSV as RFC 4180 writes it: " + firstLine(e));
        }
        return new InputException(file, "cannot be read: " + firstLine(e));
    }

    private static Map<String, Integer> header(Path file, CSVRecord cells) {
        if (cells.size() > MAX_COLUMNS) {
            throw new InputException(file, 1, "expected at most " + MAX_COLUMNS + " columns, found " + cells.size());
        }
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < cells.size(); i++) {
            String name = i == 0 && cells.get(0).startsWith("\uFEFF") ? cells.get(0).substring(1) : cells.get(i);
            if (columns.put(name, i) != null) {
                throw new InputException(file, 1, "expected each column once, found " + quote(name) + " twice");
            }
        }
        return columns;
    }

    /** A value as it may stand in a message: control characters shown, cut to a length that fits a line. */
    static String quote(String text) {
        String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
        return "\"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
    }

    private static String guard(String text) {
        int content = apostrophes(text);
        boolean formula = content < text.length() && FORMULA_STARTERS.indexOf(text.charAt(content)) >= 0;
        // A text that looks as if it had been guarded already gets one apostrophe more, so that taking one off gives it back.
        return formula && (content > 0 || !isNumber(text)) ? "'" + text : text;
    }

    private static String unguard(String text) {
        int content = apostrophes(text);
        boolean guarded = content > 0 && content < text.length() && FORMULA_STARTERS.indexOf(text.charAt(content)) >= 0;
        return guarded ? text.substring(1) : text;
    }

    /** How many apostrophes the text begins with. */
    private static int apostrophes(String text) {
        int count = 0;
        while (count < text.length() && text.charAt(count) == '\'') {
            count++;
        }
        return count;
    }

    private static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    /**
     * Ends the reading of a record that has no end before it fills the memory, be it a line that goes on for ever or a quote
     * that is never closed, and of a file whose last line was cut short.
     */
    private static final class BoundedRecords extends Reader {
        private final Path file;
        private final Reader source;
        private long line = 1;
        private long firstLine = 1;
        private int length;
        private boolean quoted;

        BoundedRecords(Path file, Reader source) {
            this.file = file;
            this.source = source;
        }

        @Override
        public int read(char[] target, int offset, int count) throws IOException {
            int got = source.read(target, offset, count);
            for (int i = offset; i < offset + got; i++) {
                accept(target[i]);
            }
            if (got < 0 && length > 0) {
                throw new InputException(file, firstLine, quoted ? "expected a closing quote before the end of the file"
                        : "expected a line end, found the end of the file");
            }
            return got;
        }

        private void accept(char c) {
            length++;
            if (c == 0) {
                throw new InputException(file, line, "expected text, found a NUL byte");
            }
            if (length > MAX_RECORD) {
                throw new InputException(file, firstLine,
                        "expected rows of at most " + MAX_RECORD + " characters with every quote closed");
            }
            // A quote within quotes is written twice, which switches twice.
            quoted ^= c == '"';
            if (c == '\n') {
                line++;
                if (!quoted) {
                    firstLine = line;
                    length = 0;
                }
            }
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
