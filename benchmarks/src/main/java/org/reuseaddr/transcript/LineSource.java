package org.reuseaddr.transcript;

import java.io.IOException;
import java.util.Optional;

/** Gives the lines of a text one after another. */
interface LineSource {

    /**
     * The next line, or none at the end of the text.
     *
     * @throws IOException if the text cannot be read
     * @throws TranscriptException if what follows is no line of text
     */
    Optional<TraceText> next() throws IOException, TranscriptException;
}
