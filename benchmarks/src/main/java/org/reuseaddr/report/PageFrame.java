package org.reuseaddr.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * What every page has: its style and script, and the policy that lets these two run and nothing else.
 *
 * @param style the text of the style element
 * @param script the text of the script element
 */
record PageFrame(String style, String script) {

    /** The frame from the jar. */
    static PageFrame load() {
        return new PageFrame(resource("report.css"), resource("report.js"));
    }

    /**
     * The Content-Security-Policy: no request at all, the two inline texts by their hashes
     * (Content Security Policy Level 3, 6.7.2.7), no base, no form.
     */
    String policy() {
        return "default-src 'none'; script-src " + hash(script) + "; style-src " + hash(style)
                + "; img-src data:; base-uri 'none'; form-action 'none'";
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = PageFrame.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " of the jar cannot be read", e);
        }
    }
}
