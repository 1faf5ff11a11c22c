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
        "6.6.114.1-microsoft-standard-WSL2   | 6.6.114.1-microsoft-standard-WSL2",
        "Linux version 6.6.114.1-microsoft-standard-WSL2 (root@1) | Linux version 6.6.114.1-microsoft-standard-WSL2 (root@1)",
        "WSL version: 2.6.1.0, kernel version: 6.6.87.2-1 | WSL version: 2.6.1.0, kernel version: 6.6.87.2-1",
        "8.8.8.8-9.9.9.9 8.8.8.8/24           | <address>-<address> <address>/24",
        "10.1.2.3-eth0 169.254.1.1-x 100.64.0.1-x | <address>-eth0 <address>-x <address>-x",
        "fe80::1%eth0 ::ffff:10.1.2.3         | <address>%eth0 ::ffff:<address>",
        "192.0.2.1 2001:db8::1                | 192.0.2.1 2001:db8::1",
        "ALICES-LAPTOP alices-laptop.corp.example.com alices-laptop. | <host> <host> <host>.",
        "C:\\Users\\Bob Smith\\x | C:\\Users\\<user>\\x",
        "\\\\wsl$\\Debian\\home\\bob\\x | \\\\wsl$\\Debian\\home\\<user>\\x",
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
    void aVersionKeepsItsNumbersAndNothingElse() {
        assertThat(CapturedPlatform.ALICE.applyToVersion("10.1.2.3-alice in /home/bob")).isEqualTo("10.1.2.3-<user> in /home/<user>");
    }

    @Test
    void commonNamesAreNotMasked() {
        Redaction root = new Redaction("/srv/admin", "root", "debian");

        assertThat(root.apply("/srv/admin/x root@debian /srv/administrators")).isEqualTo("~/x root@debian /srv/administrators");
    }
}
