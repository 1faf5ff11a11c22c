package org.reuseaddr.transcript;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads text line by line in bounded memory, whatever it is given: UTF-8, or UTF-16 with a byte order mark as
 * PowerShell's {@code >} writes it; lines end with LF or CR LF, a byte order mark at the start is dropped, and a line
 * that is too long, holds NUL or is not UTF-8 is an error at its place.
 */
final class LineReader implements LineSource {
    /** The longest line, in bytes: strace abbreviates strings, and no call comes near it. */
    static final int MAX_LINE_BYTES = 64 * 1024;
    /** The most lines of one transcript. */
    static final int MAX_LINES = 100_000;
    /** The largest transcript, in bytes: what is kept of one, unfinished calls and all, is less than the text. */
    static final int MAX_BYTES = 32 * 1024 * 1024;

    private static final int BUFFER_BYTES = 1 << 14;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String file;
    private final boolean endless;
    private InputStream bytes;
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    private int lines;
    private long bytesOfLines;

    /** A text of at most {@value #MAX_LINES} lines and {@value #MAX_BYTES} bytes, all of it UTF-8 or UTF-16. */
    LineReader(String file, InputStream bytes) {
        this(file, bytes, false);
    }

    private LineReader(String file, InputStream bytes, boolean endless) {
        this.file = file;
        this.bytes = new BufferedInputStream(bytes);
        this.endless = endless;
    }

    /** A log of any length, in which what is not UTF-8 (what a traced program printed) is replaced by U+FFFD. */
    static LineReader ofLog(String file, InputStream bytes) {
        return new LineReader(file, bytes, true);
    }

    @Override
    public Optional<TraceText> next() throws IOException, TranscriptException {
        if (lines == 0) {
            bytes = Utf8OfUtf16.ifMarked(bytes);
        }
        int length = 0;
        int next = read();
        if (next < 0) {
            return Optional.empty();
        }
        lines++;
        if (lines > MAX_LINES && !endless || lines < 0) {
            throw new TranscriptException(file, lines, 1, "at most " + MAX_LINES + " lines", "another one");
        }
        while (next >= 0 && next != '\n') {
            if (length == MAX_LINE_BYTES) {
                throw new TranscriptException(file, lines, MAX_LINE_BYTES + 1,
                        "the end of the line within " + MAX_LINE_BYTES + " bytes", "a longer line");
            }
            line[length++] = (byte) next;
            next = read();
        }
        bytesOfLines += length + 1;
        if (bytesOfLines > MAX_BYTES && !endless) {
            throw new TranscriptException(file, lines, 1, "at most " + MAX_BYTES + " bytes", "more");
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        String text = decode(length);
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw new TranscriptException(file, lines, nul + 1, "text", "the character U+0000");
        }
        boolean marked = lines == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
        return Optional.of(TraceText.ofLine(file, lines, marked ? text.substring(1) : text));
    }

    /** The next byte, from a buffer that takes whatever a pipe has: the lines of a running program come one by one. */
    private int read() throws IOException {
        if (at == limit) {
            at = 0;
            limit = bytes.read(buffer, 0, buffer.length);
            if (limit <= 0) {
                limit = 0;
                return -1;
            }
        }
        return buffer[at++] & 0xFF;
    }

    private String decode(int length) throws TranscriptException {
        if (endless) {
            return new String(line, 0, length, StandardCharsets.UTF_8);
        }
        CharBuffer decoded = CharBuffer.allocate(length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder()
                .decode(ByteBuffer.wrap(line, 0, length), decoded, true);
        String text = decoded.flip().toString();
        if (result.isError()) {
            int column = text.length() + 1;
            int offset = text.getBytes(StandardCharsets.UTF_8).length;
            throw new TranscriptException(file, lines, column, "UTF-8 text",
                    String.format("the byte 0x%02X", line[offset]));
        }
        return text;
    }
}
