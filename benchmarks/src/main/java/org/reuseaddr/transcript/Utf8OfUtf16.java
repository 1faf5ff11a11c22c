package org.reuseaddr.transcript;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** The UTF-8 bytes of a text in UTF-16; what is no UTF-16 is replaced. */
final class Utf8OfUtf16 extends InputStream {

    private static final int CHUNK = 4096;

    private final Reader characters;
    private final char[] chunk = new char[CHUNK + 1];
    /** The first half of a surrogate pair whose second half has not been read yet. */
    private int held;
    private byte[] encoded = new byte[0];
    private int at;

    private Utf8OfUtf16(InputStream bytes, Charset charset) {
        characters = new InputStreamReader(bytes, charset);
    }

    /** The bytes as they are, or as UTF-8 if they begin with a byte order mark of UTF-16; the mark stays. */
    static InputStream ifMarked(InputStream bytes) throws IOException {
        bytes.mark(2);
        int first = bytes.read();
        int second = first < 0 ? -1 : bytes.read();
        bytes.reset();
        if (first == 0xFF && second == 0xFE) {
            return new BufferedInputStream(new Utf8OfUtf16(bytes, StandardCharsets.UTF_16LE));
        }
        return first == 0xFE && second == 0xFF
                ? new BufferedInputStream(new Utf8OfUtf16(bytes, StandardCharsets.UTF_16BE)) : bytes;
    }

    @Override
    public int read() throws IOException {
        return fill() ? encoded[at++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, encoded.length - at);
        System.arraycopy(encoded, at, buffer, offset, count);
        at += count;
        return count;
    }

    private boolean fill() throws IOException {
        while (at == encoded.length) {
            chunk[0] = (char) held;
            int begin = held == 0 ? 1 : 0;
            int read = characters.read(chunk, 1, CHUNK);
            if (read < 0 && held == 0) {
                return false;
            }
            int end = 1 + Math.max(0, read);
            held = read > 0 && Character.isHighSurrogate(chunk[end - 1]) ? chunk[--end] : 0;
            encoded = new String(chunk, begin, end - begin).getBytes(StandardCharsets.UTF_8);
            at = 0;
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        characters.close();
    }
}
