/**
 * What is asked of a platform: the catalogue of scenarios, hand-written ones from files and generated families.
 *
 * <p>A scenario says which calls are made; the outcomes come from {@code model}. Uses {@code model}, {@code transcript} and
 * {@code socket}; knows nothing of how calls are executed.
 */
package org.reuseaddr.scenario;
