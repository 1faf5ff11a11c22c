package org.reuseaddr.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Files in one zip: equal files give equal bytes, whenever and wherever.
 *
 * @param bytes the zip
 * @param leftOut files that did not fit
 */
@SuppressWarnings("ArrayRecordComponent") // handed from one method to the next, never compared
record Bundle(byte[] bytes, List<String> leftOut) {

    /** The largest bundle, in bytes. */
    static final int MOST_BYTES = 5_000_000;

    /** What is left out first when there is too much, by the end of its name. */
    private static final List<String> DISPENSABLE = List.of(".png", ".svg", "report.html", "samples.csv", "semantics.csv");
    /** The earliest time that a zip can hold; local time, so that no time zone changes the bytes. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    /** Packs; where that gives too much, without what can be missed most easily. */
    static Bundle of(Map<String, byte[]> files) {
        SortedMap<String, byte[]> kept = new TreeMap<>(files);
        byte[] bytes = zip(kept);
        for (String ending : DISPENSABLE) {
            if (bytes.length > MOST_BYTES) {
                kept.keySet().removeIf(name -> name.endsWith(ending));
                bytes = zip(kept);
            }
        }
        return new Bundle(bytes, files.keySet().stream().filter(name -> !kept.containsKey(name)).sorted().toList());
    }

    private static byte[] zip(SortedMap<String, byte[]> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setTimeLocal(TIME);
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written", e);
        }
        return bytes.toByteArray();
    }
}
