package org.reuseaddr.model;

import java.util.List;

/** Why Linux answers a call as it does: a rule with its source. */
public sealed interface Reason permits Rule, CallRule {

    /** What Linux does, in one sentence. */
    String sentence();

    /** The section of a manual page, or the function of the kernel. */
    String source();

    /** Whether a manual page promises it, so that another answer is a violation and not only a deviation. */
    boolean promised();

    /** Public reports of platforms that broke it, such as {@code microsoft/WSL#2915}. */
    List<String> references();
}
