package org.reuseaddr.benchmarks;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.reuseaddr.benchmarks.fixture.Api;
import org.reuseaddr.benchmarks.fixture.CloseMode;
import org.reuseaddr.benchmarks.fixture.PortChoice;
import org.reuseaddr.benchmarks.fixture.Where;
import org.reuseaddr.results.Parameter;

/** Names, parameters and values are a promise to everyone who keeps results: this is the whole of it. */
class ParametersTest {

    private static final String FAMILY = "family=INET,INET6 ";
    private static final String PORT = "port=ephemeral,fixed,fresh";
    private static final String WHERE = " where=ephemeral,outside,otherAddress,samePort";

    @Test
    void everyWordHasItsConstantAndEveryConstantItsWord() {
        assertThat(Arrays.stream(PortChoice.values()).map(PortChoice::word).toList()).isEqualTo(values(SyscallCost.class, "port"))
                .isEqualTo(values(ListenerLifecycle.class, "port")).isEqualTo(values(TimeToFirstAccept.class, "port"))
                .allMatch(word -> PortChoice.named(word).word().equals(word));
        assertThat(Arrays.stream(Where.values()).map(Where::word).toList()).isEqualTo(values(CrowdedBind.class, "where"));
        assertThat(Arrays.stream(CloseMode.values()).map(CloseMode::word).toList())
                .isEqualTo(values(AcceptThroughput.class, "close"));
        assertThat(Arrays.stream(Api.values()).map(Api::word).toList())
                .isEqualTo(values(AcceptThroughput.class, Parameter.API)).containsAll(values(AcceptDrain.class, Parameter.API))
                .containsAll(values(ListenerLifecycle.class, Parameter.API));
        assertThat(values(ListenerLifecycle.class, Parameter.REUSE_ADDRESS)).containsExactly("true", "false");
        assertThatThrownBy(() -> Api.named("nosuch")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("api is one of channel, socket, selector, virtual, native, not nosuch");
    }

    private static List<String> values(Class<?> benchmark, String parameter) {
        try {
            return List.of(benchmark.getField(parameter).getAnnotation(Param.class).value());
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void benchmarksAndTheirParametersAreThePromisedOnes() {
        Map<String, String> found = new TreeMap<>();
        for (BenchmarkListEntry entry : BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())) {
            String name = entry.getUsername().replace("org.reuseaddr.benchmarks.", "");
            StringBuilder parameters = new StringBuilder();
            new TreeMap<>(entry.getParams().orElse(Map.of())).forEach((parameter, values) ->
                    parameters.append(parameter).append('=').append(String.join(",", Arrays.asList(values))).append(' '));
            found.put(name, parameters.toString().trim());
        }

        assertThat(found).containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                entry("ListenerLifecycle.cycle", "api=channel,socket,native " + FAMILY + PORT + " reuseAddress=true,false"),
                entry("SyscallCost.socket", FAMILY + PORT),
                entry("SyscallCost.setsockopt", FAMILY + PORT),
                entry("SyscallCost.bind", FAMILY + PORT),
                entry("SyscallCost.listen", FAMILY + PORT),
                entry("SyscallCost.getsockname", FAMILY + PORT),
                entry("SyscallCost.accept", FAMILY + PORT),
                entry("SyscallCost.close", FAMILY + PORT),
                entry("AcceptDrain.accept",
                        "api=channel,socket,native backlog=1024,128,4096 family=INET,INET6 reuseAddress=true,false"),
                entry("AcceptDrain.acceptAndClose",
                        "api=channel,socket,native backlog=1024,128,4096 family=INET,INET6 reuseAddress=true,false"),
                entry("AcceptThroughput.connections",
                        "api=channel,socket,selector,virtual,native close=clientReset,clientFin,serverFin family=INET,INET6"
                                + " reuseAddress=true,false"),
                entry("TimeToFirstAccept.listenConnectAccept", FAMILY + PORT),
                entry("ReusePortGroup.connect", FAMILY + "members=4,2"),
                entry("DuplicateRejection.bind", FAMILY.trim()),
                entry("DuplicateRejection.listen", FAMILY.trim()),
                entry("CrowdedBind.ephemeralPort", FAMILY + "held=0,100,1000,10000" + WHERE),
                entry("CrowdedBind.fixedPort", FAMILY + "held=0,100,1000,10000" + WHERE),
                entry("ConcurrentBind.bind", "binders=1,2,4 family=INET,INET6 port=fixed,ephemeral,fresh"),
                entry("AfterPause.bind", "family=INET,INET6 port=fixed,ephemeral,fresh"),
                entry("AfterPause.listen", "family=INET,INET6 port=fixed,ephemeral,fresh"),
                entry("Control.unixBind", ""),
                entry("Control.getppid", ""),
                entry("Control.socketClose", ""),
                entry("Control.cpu", "")));
    }
}
