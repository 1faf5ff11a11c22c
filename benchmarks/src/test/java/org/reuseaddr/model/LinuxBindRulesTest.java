package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.scenario.AddressKind;
import org.reuseaddr.scenario.Script;

class LinuxBindRulesTest {

    private static final LinuxBindRules LINUX = LinuxBindRules.REFERENCE;
    private static final LinuxBindRules QUIRKY = new LinuxBindRules(EnumSet.allOf(Quirk.class));
    private static final int USER = 1000;
    private static final int OTHER_USER = 1001;

    /** Which of the kinds, in the order of the columns, a holder of the row's kind overlaps. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # holder           v4   v4.2 v4*  v6   v6*  v6o  m4   m4*
            INET_LOOPBACK    | yes  -    yes  -    yes  -    yes  yes
            INET_LOOPBACK_2  | -    yes  yes  -    yes  -    -    yes
            INET_ANY         | yes  yes  yes  -    yes  -    yes  yes
            INET6_LOOPBACK   | -    -    -    yes  yes  yes  -    -
            INET6_ANY        | yes  yes  yes  yes  yes  yes  yes  yes
            INET6_ANY_V6ONLY | -    -    -    yes  yes  yes  -    -
            MAPPED_LOOPBACK  | yes  -    yes  -    yes  -    yes  yes
            MAPPED_ANY       | yes  yes  yes  -    yes  -    yes  yes
            """)
    void addressesOverlapAsTheTableSays(AddressKind holder, String row) {
        List<Boolean> overlaps = Stream.of(AddressKind.values())
                .map(candidate -> LINUX.overlap(plain(candidate), plain(holder)))
                .toList();
        assertThat(overlaps).isEqualTo(Stream.of(row.strip().split(" +")).map("yes"::equals).toList());
    }

    /** The table of what follows, without SO_REUSEPORT, for overlapping addresses. */
    @ParameterizedTest
    @CsvSource({
        "LISTENING,  false, false, LISTENER_EXCLUDES",
        "LISTENING,  true,  false, LISTENER_EXCLUDES",
        "LISTENING,  false, true,  LISTENER_EXCLUDES",
        "LISTENING,  true,  true,  LISTENER_EXCLUDES",
        "BOUND,      false, false, BOUND_EXCLUDES",
        "BOUND,      true,  false, BOUND_EXCLUDES",
        "BOUND,      false, true,  HOLDER_WITHOUT_REUSEADDR_EXCLUDES",
        "BOUND,      true,  true,  REUSEADDR_SHARES_BOUND",
        "CONNECTED,  false, false, CONNECTION_EXCLUDES",
        "CONNECTED,  true,  false, CONNECTION_EXCLUDES",
        "CONNECTED,  false, true,  HOLDER_WITHOUT_REUSEADDR_EXCLUDES",
        "CONNECTED,  true,  true,  REUSEADDR_SHARES_CONNECTION",
        "TIME_WAIT,  false, false, CONNECTION_EXCLUDES",
        "TIME_WAIT,  true,  true,  REUSEADDR_SHARES_CONNECTION"})
    void reuseAddrDecidesByTheStateOfTheHolder(Holder.PortUse state, boolean holder, boolean candidate, Rule rule) {
        assertThat(LINUX.bind(socket(AddressKind.INET6_LOOPBACK, candidate, false, USER, Holder.PortUse.BOUND),
                PortState.heldBy(socket(AddressKind.INET6_LOOPBACK, holder, false, USER, state)))).isEqualTo(rule);
    }

    @Test
    void theFirstToListenWinsAmongSocketsThatShareAnAddress() {
        Holder bound = socket(AddressKind.INET_LOOPBACK, true, false, USER, Holder.PortUse.BOUND);
        assertThat(LINUX.listen(bound, PortState.heldBy(bound))).isEqualTo(Rule.REUSEADDR_SHARES_BOUND);
        assertThat(LINUX.listen(bound, PortState.heldBy(bound.listening()))).isEqualTo(Rule.LISTENER_EXCLUDES_LISTENER);
    }

    @Test
    void aRefusalByOneHolderOutweighsWhatAllOthersAllow() {
        PortState port = PortState.heldBy(plain(AddressKind.INET_LOOPBACK_2), plain(AddressKind.INET6_LOOPBACK),
                plain(AddressKind.INET_LOOPBACK).listening());
        assertThat(LINUX.bind(plain(AddressKind.INET_LOOPBACK), port)).isEqualTo(Rule.LISTENER_EXCLUDES);
    }

    @ParameterizedTest
    @CsvSource({
        "1000, LISTENING, REUSEPORT_SHARES",
        "1000, TIME_WAIT, REUSEPORT_SHARES",
        "1001, LISTENING, OTHER_USER_EXCLUDED",
        "1001, CONNECTED, OTHER_USER_EXCLUDED",
        "1001, TIME_WAIT, REUSEPORT_SHARES_TIME_WAIT"})
    void reusePortSharesWithSocketsOfTheSameUser(int user, Holder.PortUse state, Rule rule) {
        assertThat(LINUX.bind(socket(AddressKind.INET_LOOPBACK, false, true, user, Holder.PortUse.BOUND),
                PortState.heldBy(socket(AddressKind.INET_LOOPBACK, false, true, USER, state)))).isEqualTo(rule);
    }

    @Test
    void whereAUserIsNotKnownBothAnswersArePossibleIfTheyDependOnIt() {
        Holder unknown = socket(AddressKind.INET_LOOPBACK, false, true, Holder.UNKNOWN_USER, Holder.PortUse.BOUND);
        Holder known = socket(AddressKind.INET_LOOPBACK, false, true, USER, Holder.PortUse.LISTENING);
        assertThat(LINUX.possible(false, unknown, PortState.heldBy(known)))
                .containsExactly(Rule.OTHER_USER_EXCLUDED, Rule.REUSEPORT_SHARES);
        assertThat(LINUX.possible(true, known.of(OTHER_USER), PortState.heldBy(unknown.listening(), known)))
                .as("one of the two is another user's").containsExactly(Rule.OTHER_USER_EXCLUDED);
        assertThat(LINUX.possible(false, unknown, PortState.heldBy(unknown.listening()))).as("all who are not known are one")
                .containsExactly(Rule.REUSEPORT_SHARES);
        assertThat(LINUX.possible(false, known, PortState.heldBy(known.of(OTHER_USER)))).containsExactly(Rule.OTHER_USER_EXCLUDED);
        assertThat(LINUX.possible(false, plain(AddressKind.INET_LOOPBACK).of(Holder.UNKNOWN_USER), PortState.heldBy(known)))
                .as("without the option users make no difference").containsExactly(Rule.LISTENER_EXCLUDES);
        PortState group = new PortState(List.of(socket(AddressKind.INET_LOOPBACK, false, false, USER, Holder.PortUse.LISTENING)),
                Optional.of(known), false);
        assertThat(LINUX.possible(false, unknown, group)).as("of the leader of the group too")
                .containsExactly(Rule.LISTENER_EXCLUDES, Rule.REUSEPORT_SKIPS_CHECK);
    }

    @Test
    void aSocketThatFollowsTheLeaderOfItsGroupIsNotChecked() {
        Holder switchedOff = socket(AddressKind.INET_ANY, false, false, USER, Holder.PortUse.LISTENING);
        Holder asItWasAtListen = socket(AddressKind.INET_ANY, false, true, USER, Holder.PortUse.LISTENING);
        PortState port = new PortState(List.of(switchedOff), Optional.of(asItWasAtListen), false);
        assertThat(LINUX.bind(socket(AddressKind.INET_LOOPBACK, false, true, USER, Holder.PortUse.BOUND), port))
                .isEqualTo(Rule.REUSEPORT_SKIPS_CHECK);
        assertThat(LINUX.bind(socket(AddressKind.INET_LOOPBACK, false, true, OTHER_USER, Holder.PortUse.BOUND), port))
                .isEqualTo(Rule.ANY_LISTENER_EXCLUDES);
    }

    @Test
    void anIpv6ConnectionThatIsNotV6OnlyBlocksTheIpv4WildcardAlone() {
        PortState port = PortState.heldBy(new Holder(AddressKind.INET6_LOOPBACK.at(Script.PORT), false, false, false,
                USER, Holder.PortUse.CONNECTED));
        assertThat(LINUX.bind(plain(AddressKind.INET_ANY), port)).isEqualTo(Rule.REMNANT_EXCLUDES_INET_ANY);
        assertThat(LINUX.bind(plain(AddressKind.INET_LOOPBACK), port).refuses()).isFalse();
        assertThat(LINUX.bind(plain(AddressKind.MAPPED_ANY), port).refuses()).isFalse();
    }

    @Test
    void aQuirkLetsTwoListenersOverlapWithNoOptionSetWhereMappedAddressesMeet() {
        PortState port = PortState.heldBy(plain(AddressKind.MAPPED_ANY).listening());
        Holder candidate = plain(AddressKind.MAPPED_LOOPBACK);
        assertThat(QUIRKY.bind(candidate, port).refuses()).isFalse();
        assertThat(QUIRKY.listen(candidate, port).refuses()).isFalse();
        assertThat(LINUX.bind(candidate, port)).isEqualTo(Rule.ANY_LISTENER_EXCLUDES);
    }

    @Test
    void everyRuleHasASentenceAndASource() {
        assertThat(Rule.values()).allSatisfy(rule -> {
            assertThat(rule.sentence()).endsWith(".");
            assertThat(rule.source()).matches(rule.promised() ? ".*\\([27]\\).*" : "kernel: .*");
        });
    }

    private static Holder plain(AddressKind kind) {
        return socket(kind, false, false, USER, Holder.PortUse.BOUND);
    }

    private static Holder socket(AddressKind kind, boolean reuseAddr, boolean reusePort, int user, Holder.PortUse state) {
        boolean v6Only = kind.v6Only() || kind == AddressKind.INET6_LOOPBACK;
        return new Holder(kind.at(Script.PORT), v6Only, reuseAddr, reusePort, user, state);
    }
}
