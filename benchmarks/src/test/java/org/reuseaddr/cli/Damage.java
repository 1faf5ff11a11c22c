package org.reuseaddr.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** Files as crashes, editors, mails and people of ill will leave them. */
final class Damage {

    private Damage() {
    }

    /**
     * Up to four places of the bytes are left out, doubled, replaced, get something in between, or the end is missing.
     *
     * @param fragments what is put in: what means something in such a file
     */
    static byte[] to(byte[] whole, List<byte[]> fragments, Random random) throws IOException {
        byte[] bytes = whole;
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(bytes.length + 1);
            int end = Math.min(bytes.length, at + random.nextInt(random.nextInt(10) == 0 ? 5_000 : 12));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            switch (random.nextInt(6)) {
                case 0 -> out.write(bytes, end, bytes.length - end);
                case 1 -> {
                    out.write(fragments.get(random.nextInt(fragments.size())));
                    out.write(bytes, at, bytes.length - at);
                }
                case 2 -> {
                    out.write(fragments.get(random.nextInt(fragments.size())));
                    out.write(bytes, end, bytes.length - end);
                }
                case 3 -> {
                    out.write(random.nextInt(256));
                    out.write(bytes, at, bytes.length - at);
                }
                case 4 -> {
                    out.write(bytes, at, end - at);
                    out.write(bytes, at, bytes.length - at);
                }
                default -> {
                    // Cut off here, as after a full disk or a crash.
                }
            }
            bytes = out.toByteArray();
        }
        return bytes;
    }
}
