package org.reuseaddr.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reuseaddr.socket.Errno;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;

class SecondListenerTest {

    @ParameterizedTest
    @EnumSource
    void linuxRefusesEachKind(SecondListener kind) {
        assertThat(kind.isRefused()).contains(true);
    }

    /** Without IPv6 the same address is still asked of IPv4, and of the two families there is nothing to be said. */
    @Test
    void whatCannotBeAskedIsNeitherRefusedNorPermitted() {
        OddPlatform withoutIpv6 = OddPlatform.answering(call -> outcome -> call instanceof Call.Socket socket
                && socket.domain() == Family.INET6.number() ? new Outcome.Plain(new SyscallResult.Failed(Errno.EAFNOSUPPORT)) : outcome);
        try (Replayer replayer = new Replayer(Surroundings.ofThisMachine(), withoutIpv6)) {
            assertThat(SecondListener.SAME_ADDRESS.isRefused(replayer)).contains(true);
            assertThat(SecondListener.OTHER_FAMILY.isRefused(replayer)).isEmpty();
        }
    }
}
