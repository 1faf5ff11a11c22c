package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.reuseaddr.model.TraceModel.Judgement;
import org.reuseaddr.model.TraceModel.Possibility;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.Transcript;
import org.reuseaddr.transcript.TranscriptException;
import org.reuseaddr.transcript.TranscriptParser;

class TraceModelTest {

    private static final String LISTENER = """
            socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 3
            setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
            bind(3, {sa_family=AF_INET6, sin6_port=htons(23999), inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = 0
            listen(3, 1) = 0
            """;
    private static final String SECOND = LISTENER.replace("(3,", "(4,").replace("= 3", "= 4");
    private static final String REFUSED = SECOND.substring(0, SECOND.indexOf("listen"))
            .replace("28) = 0", "28) = -1 EADDRINUSE (Address already in use)");

    @Test
    void aSecondListenerIsImpossibleAndTheFirstIsNamed() throws TranscriptException {
        Judgement bind = judge(false, LISTENER + SECOND).get(6);
        assertThat(bind.kind()).isEqualTo(Possibility.IMPOSSIBLE);
        assertThat(bind.reason()).hasValue(Rule.LISTENER_EXCLUDES);
        assertThat(bind.because()).isEqualTo("fd 3 listens on [::1]:23999 since call 4");
        assertThat(judge(false, LISTENER + SECOND).get(7).kind()).isEqualTo(Possibility.NOT_JUDGED);
    }

    @Test
    void aRefusalThatTheTraceExplainsIsPossible() throws TranscriptException {
        assertThat(judge(true, LISTENER + REFUSED)).extracting(Judgement::kind)
                .containsOnly(Possibility.NOT_JUDGED, Possibility.POSSIBLE).endsWith(Possibility.POSSIBLE);
    }

    @Test
    void theSecondProcessAloneNeedsASocketThatTheTraceDoesNotShow() throws TranscriptException {
        assertThat(judge(false, REFUSED).get(2).kind()).isEqualTo(Possibility.NEEDS_ANOTHER_SOCKET);
        assertThat(judge(true, REFUSED).get(2).kind()).isEqualTo(Possibility.IMPOSSIBLE);
    }

    @Test
    void theFragmentOfTheOtherPlatformAloneIsPossible() throws TranscriptException {
        assertThat(judge(true, SECOND)).extracting(Judgement::kind).doesNotContain(Possibility.IMPOSSIBLE);
    }

    @Test
    void aDescriptorThatIsGivenAgainWasClosed() throws TranscriptException {
        assertThat(judge(false, LISTENER + LISTENER)).extracting(Judgement::kind).doesNotContain(Possibility.IMPOSSIBLE);
    }

    @Test
    void eintrAndValuesThatAreNoResultAreImpossibleWhateverTheSockets() throws TranscriptException {
        String other = LISTENER.replace("28) = 0", "28) = 2147014848");
        assertThat(judge(false, other).get(2).kind()).isEqualTo(Possibility.IMPOSSIBLE);
        String interrupted = LISTENER.replace("28) = 0", "28) = -1 EINTR (Interrupted system call)");
        assertThat(judge(false, interrupted).get(2).kind()).isEqualTo(Possibility.IMPOSSIBLE);
    }

    @Test
    void whatOnlyAnOlderKernelPermitsIsAQuirk() throws TranscriptException {
        String any = LISTENER.replace("::1", "::ffff:0.0.0.0").replace("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n", "");
        String loopback = SECOND.replace("::1", "::ffff:127.0.0.1")
                .replace("setsockopt(4, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0\n", "");
        Judgement bind = judge(true, any + loopback).get(4);
        assertThat(bind.kind()).isEqualTo(Possibility.QUIRK);
        assertThat(bind.quirk()).hasValue(Quirk.OVERLOOKS_MAPPED_WILDCARD);
    }

    @Test
    void connectionsThatMayBeLeftExplainARefusalAndForbidNothing() throws TranscriptException {
        String served = LISTENER + "accept(3, NULL, NULL) = 5\nclose(3) = 0\n";
        assertThat(judge(true, served + REFUSED).get(8).kind()).isEqualTo(Possibility.POSSIBLE);
        assertThat(judge(true, served + SECOND).get(8).kind()).isEqualTo(Possibility.POSSIBLE);
    }

    @Test
    void whatLinuxIsExpectedToAnswerReplacesWhatTheTraceClaims() throws TranscriptException {
        TraceModel model = new TraceModel(true);
        List<Step> expected = new ArrayList<>();
        for (Step step : parse(LISTENER + SECOND).steps()) {
            expected.add(model.expected(step.process(), step));
        }
        assertThat(expected.get(6)).isEqualTo(parse(LISTENER + REFUSED).steps().get(6));
    }

    @Test
    void aSocketThatShowedItsNameBeforeItHadAPortIsJudgedAllTheSame() throws TranscriptException {
        String shown = SECOND.replace("bind(4", "getsockname(4, {sa_family=AF_INET6, sin6_port=htons(0), "
                + "inet_pton(AF_INET6, \"::\", &sin6_addr)}, [28]) = 0\nbind(4");
        assertThat(judge(false, LISTENER + shown).get(7).kind()).isEqualTo(Possibility.IMPOSSIBLE);
    }

    @Test
    void aPortThatTheKernelChoseAndNoCallShowsMayExplainARefusal() throws TranscriptException {
        String client = "socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP) = 7\n"
                + "connect(7, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, \"::1\", &sin6_addr)}, 28) = 0\n";
        assertThat(judge(true, client + REFUSED).get(4).kind()).isEqualTo(Possibility.NEEDS_ANOTHER_SOCKET);
    }

    @Test
    void whatOnlySomeReleasesRefuseIsAQuirk() throws TranscriptException {
        String any = LISTENER.replace("\"::1\"", "\"::\"").replace("setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4)",
                "setsockopt(3, SOL_IPV6, IPV6_V6ONLY, [1], 4)");
        String mapped = REFUSED.replace("\"::1\"", "\"::ffff:127.0.0.1\"");
        Judgement bind = judge(true, any + mapped).get(6);
        assertThat(bind.kind()).isEqualTo(Possibility.QUIRK);
        assertThat(bind.quirk()).hasValue(Quirk.V6ONLY_REFUSES_MAPPED);
    }

    @Test
    void aForkedCopyKeepsASocketUntilItIsClosedToo() throws TranscriptException {
        TraceModel model = new TraceModel(false);
        parse(LISTENER).steps().forEach(step -> model.next(1, step));
        model.fork(1, 2);
        model.hear(2);
        model.exit(1, true);
        List<Step> second = parse(SECOND).steps();
        second.subList(0, 2).forEach(step -> model.next(3, step));
        assertThat(model.weigh(3, second.get(2)).because()).isEqualTo("fd 3 of process 2 listens on [::1]:23999 since call 4");
        model.exit(2, true);
        assertThat(model.weigh(3, second.get(2)).kind()).isEqualTo(Possibility.POSSIBLE);
    }

    private static List<Judgement> judge(boolean closed, String text) throws TranscriptException {
        TraceModel model = new TraceModel(closed);
        return parse(text).steps().stream().map(step -> model.next(step.process(), step)).toList();
    }

    private static Transcript parse(String text) throws TranscriptException {
        return TranscriptParser.parse("trace", text).transcript();
    }
}
