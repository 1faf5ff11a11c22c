package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/home/alice/runs/a.csv              | ~/runs/a.csv",
        "/home/alicette/x                    | /home/<user>/x",
        "/home/bob/x:/home/carol/y           | /home/<user>/x:/home/<user>/y",
        "/mnt/c/Users/Bob/x                  | /mnt/c/Users/<user>/x",
        "C:\\Users\\Bob\\x                   | C:\\Users\\<user>\\x",
        "started by alice on alices-laptop   | started by <user> on <host>",
        "malice                              | malice",
        "10.1.2.3:8080                       | <address>:8080",
        "127.0.0.1 127.9.9.9 0.0.0.0         | 127.0.0.1 127.9.9.9 0.0.0.0",
        "::1 ::                              | ::1 ::",
        "[fe80::1]:80 2001:db8::5            | [<address>]:80 <address>",
        "::ffff:127.0.0.1                    | ::ffff:127.0.0.1",
        "at 12:30:45                         | at 12:30:45",
        "10.0.19045.6575                     | 10.0.19045.6575",
        "Java 17.0.15                        | Java 17.0.15",
        "300.1.1.1                           | 300.1.1.1",
    })
    void whatIdentifiesTheWriterIsMasked(String text, String masked) {
        assertThat(CapturedPlatform.ALICE.apply(text)).isEqualTo(masked);
    }

    @Test
    void valuesOfUnknownPropertiesAreLeftOutSinceTheyMayBePasswords() {
        assertThat(CapturedPlatform.ALICE.flags(List.of("-Djavax.net.ssl.keyStorePassword=a=b", "-Xmx1g", "-ea",
                "-Djava.net.preferIPv4Stack=true", "-Dflag")))
                .isEqualTo("-Djavax.net.ssl.keyStorePassword=<value> -Xmx1g -ea"
                        + " -Djava.net.preferIPv4Stack=true -Dflag");
    }

    @Test
    void commonNamesAreNotMasked() {
        Redaction root = new Redaction("/srv/admin", "root", "debian");

        assertThat(root.apply("/srv/admin/x root@debian /srv/administrators")).isEqualTo("~/x root@debian /srv/administrators");
    }
}
