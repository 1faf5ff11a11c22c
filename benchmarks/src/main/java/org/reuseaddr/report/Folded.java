package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Text that must keep its meaning in lines of at most {@value #WIDTH} characters, the most that a mail of plain text may have. */
final class Folded {

    static final int WIDTH = 78;
    /** A broken line may get a quotation mark or a backslash at its end. */
    private static final int ROOM = WIDTH - 2;
    private static final String INDENT = "        ";

    private Folded() {
    }

    /** Lines of strace with a mark in front, the lines that continue one under the same mark. */
    static String trace(String text) {
        return text.lines().map(line -> line.length() <= WIDTH ? line
                : String.join("\n", broken(atoms(line), line.substring(0, 1) + INDENT, false))).collect(Collectors.joining("\n"));
    }

    /**
     * A C program: broken where C allows a line to end, in a string literal by ending it and beginning another, which the compiler
     * joins. A word that is longer by itself stays whole.
     */
    static String c(String program) {
        List<String> lines = new ArrayList<>();
        boolean comment = false;
        boolean macro = false;
        for (String line : program.lines().toList()) {
            boolean directive = macro || line.startsWith("#");
            macro = directive && line.endsWith("\\");
            if (line.length() <= WIDTH) {
                lines.add(line);
            } else {
                String own = line.substring(0, line.length() - line.stripLeading().length());
                lines.addAll(broken(atoms(line, comment), comment ? own + "* " : own + INDENT, directive));
            }
            comment = line.lastIndexOf("/*") > line.lastIndexOf("*/") || comment && !line.contains("*/");
        }
        return String.join("\n", lines) + "\n";
    }

    /**
     * A piece that stays whole.
     *
     * @param quoted whether it ends within a string literal
     */
    private record Atom(String text, boolean quoted) {
    }

    private static List<Atom> atoms(String line) {
        return List.of(line.split("(?<= )")).stream().map(text -> new Atom(text, false)).toList();
    }

    private static List<Atom> atoms(String line, boolean within) {
        List<Atom> atoms = new ArrayList<>();
        boolean comment = within;
        boolean quoted = false;
        int begin = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (comment) {
                comment = !line.startsWith("*/", i);
            } else if (quoted) {
                i += c == '\\' ? 1 : 0;
                quoted = c != '"';
            } else if (c == '\'') {
                // A character constant has no blank to break at but ' ' itself.
                i = line.indexOf('\'', line.charAt(i + 1) == '\\' ? i + 3 : i + 2);
            } else {
                comment = line.startsWith("/*", i);
                quoted = c == '"';
            }
            if (i + 1 < line.length() && line.charAt(i) == ' ' && !line.substring(begin, i).isBlank()) {
                atoms.add(new Atom(line.substring(begin, i + 1), quoted));
                begin = i + 1;
            }
        }
        atoms.add(new Atom(line.substring(begin), false));
        return atoms;
    }

    private static List<String> broken(List<Atom> atoms, String indent, boolean directive) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        boolean empty = true;
        boolean quoted = false;
        for (Atom atom : atoms) {
            if (!empty && line.length() + atom.text().stripTrailing().length() > ROOM) {
                lines.add((quoted ? line.append('"') : line).toString().stripTrailing() + (directive ? " \\" : ""));
                line = new StringBuilder(indent).append(quoted ? "\"" : "");
            }
            line.append(atom.text());
            empty = false;
            quoted = atom.quoted();
        }
        lines.add(line.toString());
        return lines;
    }
}
