package org.reuseaddr.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test that runs benchmarks: JMH has one lock for the machine, and warns where somebody else has it; and two that measure at once
 * leave each other's accepting threads no CPU for so long that connections count as never accepted.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ResourceLock("jmh.lock")
@interface Measures {
}
