/**
 * The strace notation of scenarios: text to a list of calls ({@link org.reuseaddr.transcript.TranscriptParser}) and
 * back ({@link org.reuseaddr.transcript.TranscriptPrinter}). {@link org.reuseaddr.transcript.Visible} makes text of files
 * harmless for the eye.
 *
 * <p>Depends on {@code socket} for addresses, options and error numbers, and knows nothing of how calls are executed.
 */
package org.reuseaddr.transcript;
