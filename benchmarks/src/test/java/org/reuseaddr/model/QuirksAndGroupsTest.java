package org.reuseaddr.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reuseaddr.scenario.AddressKind;
import org.reuseaddr.scenario.Script;
import org.reuseaddr.socket.Errno;

/** The rules of bind beyond {@link LinuxBindRulesTest}: each quirk alone, groups of SO_REUSEPORT, what a port remembers. */
class QuirksAndGroupsTest {

    private static final LinuxBindRules LINUX = LinuxBindRules.REFERENCE;
    private static final int USER = 1000;

    private static Holder socket(AddressKind kind, boolean reuseAddr, boolean reusePort, Holder.PortUse state) {
        boolean v6Only = kind.v6Only() || kind == AddressKind.INET6_LOOPBACK;
        return new Holder(kind.at(Script.PORT), v6Only, reuseAddr, reusePort, USER, state);
    }

    private static Holder plain(AddressKind kind) {
        return socket(kind, false, false, Holder.PortUse.BOUND);
    }

    private static PortState held(AddressKind... kinds) {
        return PortState.heldBy(Stream.of(kinds).map(QuirksAndGroupsTest::plain).toArray(Holder[]::new));
    }

    private static boolean refuses(Quirk quirk, AddressKind candidate, AddressKind... holders) {
        return new LinuxBindRules(Set.of(quirk)).bind(plain(candidate), held(holders)).refuses();
    }

    /**
     * Which candidates follow a leader, in the order of the columns: kernel, sk_reuseport_match with ipv4_rcv_saddr_equal and
     * ipv6_rcv_saddr_equal, the leader's wildcard matching and the candidate's not.
     */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # leader           v4   v4.2 v4*  v6   v6*  v6o  m4   m4*
            INET_LOOPBACK    | yes  -    -    -    -    -    yes  -
            INET_LOOPBACK_2  | -    yes  -    -    -    -    -    -
            INET_ANY         | yes  yes  yes  -    yes  -    yes  yes
            INET6_LOOPBACK   | -    -    -    yes  -    -    -    -
            INET6_ANY        | yes  yes  yes  yes  yes  yes  yes  yes
            INET6_ANY_V6ONLY | -    -    -    yes  yes  yes  -    -
            MAPPED_LOOPBACK  | yes  -    -    -    -    -    yes  -
            MAPPED_ANY       | yes  yes  yes  -    -    -    yes  yes
            """)
    void aSocketFollowsALeaderWhoseAddressCoversItsOwn(AddressKind leader, String row) {
        List<Boolean> followed = Stream.of(AddressKind.values()).map(kind -> LINUX.bind(
                socket(kind, false, true, Holder.PortUse.BOUND), new PortState(List.of(plain(kind).listening()),
                        Optional.of(socket(leader, false, true, Holder.PortUse.LISTENING)), false)) == Rule.REUSEPORT_SKIPS_CHECK).toList();
        assertThat(followed).isEqualTo(Stream.of(row.strip().split(" +")).map("yes"::equals).toList());
    }

    @Test
    void theLastSocketOfAGroupLeadsItUntilOneWithoutTheOptionRegisters() {
        Holder any = socket(AddressKind.INET_ANY, false, true, Holder.PortUse.BOUND);
        Holder loopback = socket(AddressKind.INET_LOOPBACK, false, true, Holder.PortUse.BOUND);
        assertThat(LINUX.register(any, PortState.FREE).leader()).hasValue(any);
        assertThat(LINUX.register(loopback, new PortState(List.of(any), Optional.of(any), false)).leader())
                .as("it follows").hasValue(any);
        assertThat(LINUX.register(any, new PortState(List.of(loopback), Optional.of(loopback), false)).leader())
                .as("it is not covered").hasValue(any);
        assertThat(LINUX.register(plain(AddressKind.INET_LOOPBACK), new PortState(List.of(any), Optional.of(any), false)).leader())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "true,  true,  BOUND,     false, true",
        "true,  false, BOUND,     true,  true",
        "true,  false, BOUND,     false, false",
        "true,  true,  LISTENING, false, false",
        "true,  false, LISTENING, true,  false",
        "false, true,  BOUND,     false, false",
        "false, false, BOUND,     true,  false"})
    void aPortRemembersWhetherEverySocketThatBoundHadReuseAddr(boolean option, boolean first, Holder.PortUse state, boolean soFar,
            boolean remembered) {
        PortState before = new PortState(first ? List.of() : List.of(plain(AddressKind.INET_LOOPBACK)), Optional.empty(), soFar);
        assertThat(LINUX.register(socket(AddressKind.INET_LOOPBACK, option, false, state), before).reuseAddrSoFar()).isEqualTo(remembered);
    }

    @Test
    void q1LetsASocketBindWhereAllBoundWithReuseAddr() {
        LinuxBindRules old = new LinuxBindRules(Set.of(Quirk.REMEMBERS_REUSEADDR));
        Holder switchedOff = plain(AddressKind.INET_LOOPBACK);
        Holder candidate = socket(AddressKind.INET_LOOPBACK, true, false, Holder.PortUse.BOUND);
        PortState port = new PortState(List.of(switchedOff), Optional.empty(), true);
        assertThat(old.bind(candidate, port)).isEqualTo(Rule.REUSEADDR_SHARES_BOUND);
        assertThat(LINUX.bind(candidate, port)).isEqualTo(Rule.HOLDER_WITHOUT_REUSEADDR_EXCLUDES);
        assertThat(old.bind(switchedOff, port)).as("without the option").isEqualTo(Rule.BOUND_EXCLUDES);
        assertThat(old.bind(candidate, PortState.heldBy(switchedOff))).as("not all had it")
                .isEqualTo(Rule.HOLDER_WITHOUT_REUSEADDR_EXCLUDES);
        assertThat(old.bind(candidate, new PortState(List.of(), Optional.empty(), true))).isEqualTo(Rule.PORT_IS_FREE);
        assertThat(old.listen(candidate, port)).as("listen is checked").isEqualTo(Rule.LISTEN_CHECKS_AGAIN);
    }

    @Test
    void q2OverlooksAMappedWildcardForAMappedAddressAlone() {
        Quirk quirk = Quirk.OVERLOOKS_MAPPED_WILDCARD;
        assertThat(refuses(quirk, AddressKind.MAPPED_LOOPBACK, AddressKind.MAPPED_ANY)).isFalse();
        assertThat(refuses(quirk, AddressKind.MAPPED_LOOPBACK, AddressKind.INET_ANY)).isTrue();
        assertThat(refuses(quirk, AddressKind.MAPPED_LOOPBACK, AddressKind.MAPPED_LOOPBACK)).isTrue();
        assertThat(refuses(quirk, AddressKind.MAPPED_ANY, AddressKind.MAPPED_ANY)).isTrue();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, AddressKind.MAPPED_ANY)).isTrue();
    }

    @Test
    void q3StopsAtTheWildcardWithV6OnlyBehindThatOfIpv4() {
        Quirk quirk = Quirk.STOPS_AT_V6ONLY_WILDCARD;
        AddressKind any = AddressKind.INET_ANY;
        AddressKind v6Only = AddressKind.INET6_ANY_V6ONLY;
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, any, v6Only)).isFalse();
        assertThat(LINUX.bind(plain(AddressKind.INET_LOOPBACK), held(any, v6Only)).refuses()).isTrue();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, v6Only, any)).as("0.0.0.0 came last").isTrue();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, any)).as("there is no [::]").isTrue();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, AddressKind.INET_LOOPBACK, v6Only)).as("not a wildcard").isTrue();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, any, AddressKind.INET6_LOOPBACK)).as("not a wildcard of IPv6").isTrue();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, AddressKind.INET6_ANY)).as("dual stack").isTrue();
        assertThat(refuses(quirk, any, any, v6Only)).as("the candidate is a wildcard").isTrue();
        assertThat(refuses(quirk, AddressKind.MAPPED_LOOPBACK, any, v6Only)).as("AF_INET6").isTrue();
        assertThat(refuses(quirk, AddressKind.INET6_LOOPBACK, any, v6Only)).as("IPv6 is compared").isTrue();
    }

    @Test
    void q4OverlooksAMappedHolderForAnAddressOfIpv4() {
        Quirk quirk = Quirk.OVERLOOKS_MAPPED_HOLDER;
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, AddressKind.MAPPED_LOOPBACK)).isFalse();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, AddressKind.MAPPED_ANY)).isFalse();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, AddressKind.INET_LOOPBACK)).isTrue();
        assertThat(refuses(quirk, AddressKind.INET_ANY, AddressKind.MAPPED_LOOPBACK)).isTrue();
        assertThat(refuses(quirk, AddressKind.MAPPED_LOOPBACK, AddressKind.MAPPED_LOOPBACK)).isTrue();
    }

    @Test
    void q6RefusesAMappedAddressBesideTheWildcardWithV6Only() {
        Quirk quirk = Quirk.V6ONLY_REFUSES_MAPPED;
        assertThat(refuses(quirk, AddressKind.MAPPED_LOOPBACK, AddressKind.INET6_ANY_V6ONLY)).isTrue();
        assertThat(LINUX.bind(plain(AddressKind.MAPPED_LOOPBACK), held(AddressKind.INET6_ANY_V6ONLY)).refuses()).isFalse();
        assertThat(refuses(quirk, AddressKind.MAPPED_ANY, AddressKind.INET6_ANY_V6ONLY)).isFalse();
        assertThat(refuses(quirk, AddressKind.INET_LOOPBACK, AddressKind.INET6_ANY_V6ONLY)).isFalse();
        assertThat(refuses(quirk, AddressKind.MAPPED_LOOPBACK, AddressKind.INET6_LOOPBACK)).isFalse();
        assertThat(refuses(quirk, AddressKind.MAPPED_LOOPBACK, AddressKind.INET_LOOPBACK_2)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "INET_LOOPBACK,    INET_LOOPBACK_2,  ADDRESSES_SEPARATE",
        "MAPPED_LOOPBACK,  INET_LOOPBACK_2,  ADDRESSES_SEPARATE",
        "INET_LOOPBACK,    INET6_LOOPBACK,   FAMILIES_SEPARATE",
        "INET6_LOOPBACK,   INET_LOOPBACK,    FAMILIES_SEPARATE",
        "INET6_LOOPBACK,   INET_ANY,         FAMILIES_SEPARATE",
        "INET_LOOPBACK,    INET6_ANY_V6ONLY, V6ONLY_SEPARATES",
        "INET6_ANY_V6ONLY, INET_ANY,         V6ONLY_SEPARATES",
        "INET6_ANY_V6ONLY, MAPPED_LOOPBACK,  V6ONLY_SEPARATES"})
    void whatDoesNotOverlapSaysWhy(AddressKind candidate, AddressKind holder, Rule rule) {
        assertThat(LINUX.bind(plain(candidate), held(holder))).isEqualTo(rule);
    }

    @Test
    void aFreePortCanBeBoundAndARefusalHasItsErrno() {
        assertThat(LINUX.bind(plain(AddressKind.INET_ANY), PortState.FREE)).isEqualTo(Rule.PORT_IS_FREE);
        assertThat(Rule.PORT_IS_FREE.errno()).isEmpty();
        assertThat(Rule.BOUND_EXCLUDES.errno()).hasValue(Errno.EADDRINUSE);
    }

    /** listen repeats the check of bind; its refusals have names of their own. */
    @Test
    void listenRepeatsTheCheckOfBind() {
        Holder bound = socket(AddressKind.INET_LOOPBACK, true, false, Holder.PortUse.BOUND);
        assertThat(LINUX.listen(bound, held(AddressKind.INET_LOOPBACK))).isEqualTo(Rule.LISTEN_CHECKS_AGAIN);
        assertThat(LINUX.listen(plain(AddressKind.INET_LOOPBACK), held(AddressKind.INET_LOOPBACK))).isEqualTo(Rule.LISTEN_CHECKS_AGAIN);
        assertThat(LINUX.listen(plain(AddressKind.INET_LOOPBACK),
                PortState.heldBy(socket(AddressKind.INET_LOOPBACK, false, false, Holder.PortUse.CONNECTED))))
                        .isEqualTo(Rule.LISTEN_CHECKS_AGAIN);
        assertThat(LINUX.listen(bound, PortState.heldBy(plain(AddressKind.INET_ANY).listening())))
                .isEqualTo(Rule.LISTENER_EXCLUDES_LISTENER);
        assertThat(LINUX.listen(bound, PortState.FREE)).isEqualTo(Rule.PORT_IS_FREE);
    }

    @Test
    void theNamesOfQuirksAreThoseOfReports() {
        assertThat(Quirk.values()).extracting(Quirk::id).containsExactly("Q1", "Q2", "Q3", "Q4", "Q5", "Q6");
        assertThat(Quirk.OVERLOOKS_MAPPED_WILDCARD).hasToString("Q2 overlooks-mapped-wildcard");
        assertThat(Stream.of(Quirk.values()).filter(Quirk::permitsTwoListeners)).containsExactly(
                Quirk.OVERLOOKS_MAPPED_WILDCARD, Quirk.STOPS_AT_V6ONLY_WILDCARD, Quirk.OVERLOOKS_MAPPED_HOLDER);
        assertThat(Quirk.values()).allSatisfy(quirk -> assertThat(quirk.sentence()).endsWith("."))
                .allSatisfy(quirk -> assertThat(List.of(quirk.releases(), quirk.without(), quirk.fix(), quirk.verified()))
                        .doesNotContain(""));
    }
}
