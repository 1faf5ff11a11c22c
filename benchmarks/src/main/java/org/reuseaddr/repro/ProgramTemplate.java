package org.reuseaddr.repro;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A program with places left open. A line {@code @name} stands for lines, <code>{name}</code> within a line for text,
 * and the lines from {@code @if name} to {@code @else} or {@code @end} are there only if the name is among the parts.
 * Nothing is escaped: what is put in is source text already.
 */
final class ProgramTemplate {

    private final List<String> lines;

    /** Reads a template of this package. */
    ProgramTemplate(String resource) {
        try (InputStream text = ProgramTemplate.class.getResourceAsStream(resource)) {
            lines = new String(text.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The program, every line ended by a line feed. */
    String fill(Set<String> parts, Map<String, List<String>> blocks, Map<String, String> words) {
        StringBuilder program = new StringBuilder();
        Deque<Boolean> wanted = new ArrayDeque<>();
        for (String line : lines) {
            if (line.startsWith("@if ")) {
                wanted.push(parts.contains(line.substring("@if ".length())));
            } else if (line.equals("@else")) {
                wanted.push(!wanted.pop());
            } else if (line.equals("@end")) {
                wanted.pop();
            } else if (!wanted.contains(false)) {
                if (line.startsWith("@")) {
                    blocks.get(line.substring(1)).forEach(put -> program.append(put).append('\n'));
                } else {
                    program.append(fill(line, words)).append('\n');
                }
            }
        }
        return program.toString();
    }

    private static String fill(String line, Map<String, String> words) {
        String filled = line;
        for (Map.Entry<String, String> word : words.entrySet()) {
            filled = filled.replace("{" + word.getKey() + "}", word.getValue());
        }
        return filled;
    }
}
