package org.reuseaddr.run;

import java.lang.reflect.Field;
import org.openjdk.jmh.util.Utils;

/**
 * JMH 1.37 asks sun.misc.Unsafe for the offsets of fields, of which Java 24 and later (JEP 498) warns on standard error,
 * once a JVM, in four lines that a user of the suite can do nothing about. Forks get the option that permits it; a JVM
 * that is started with {@code -jar} cannot be given one, and is told that it has warned already.
 */
public final class UnsafeWarning {

    private static final int FIRST_TO_WARN = 24;

    private UnsafeWarning() {
    }

    /** Says that the warning has been given; on a Java that keeps this elsewhere the four lines are printed after all. */
    public static void markAsGiven() {
        if (Runtime.version().feature() >= FIRST_TO_WARN) {
            try {
                // The type of JMH's own reference; the module jdk.unsupported opens its package to everybody.
                Field warned = Utils.class.getDeclaredField("U").getType().getDeclaredField("memoryAccessWarned");
                warned.setAccessible(true);
                warned.setBoolean(null, true);
            } catch (NoSuchFieldException | IllegalAccessException elsewhere) {
                // Not worth a word of ours: what follows then is the JVM's own warning, and nothing else goes wrong.
                return;
            }
        }
    }
}
