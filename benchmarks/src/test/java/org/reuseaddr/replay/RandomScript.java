package org.reuseaddr.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.reuseaddr.model.LinuxBindRules;
import org.reuseaddr.scenario.AddressKind;
import org.reuseaddr.scenario.Scenario;
import org.reuseaddr.scenario.Script;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Transcript;

/** A scenario of five sockets that bind, listen, accept, switch options and close in an order that a seed decides. */
final class RandomScript {

    private static final int ACTIONS = 16;
    private static final int SOCKETS = 5;

    private final Random random;
    private final Script script = new Script(LinuxBindRules.REFERENCE);
    private final List<Script.Endpoint> fresh = new ArrayList<>();
    private final List<AddressKind> freshKinds = new ArrayList<>();
    private final List<Script.Endpoint> bound = new ArrayList<>();
    private final List<AddressKind> boundKinds = new ArrayList<>();
    private final List<Script.Endpoint> listening = new ArrayList<>();
    private final List<AddressKind> listeningKinds = new ArrayList<>();
    private final List<Script.Endpoint> accepted = new ArrayList<>();

    private RandomScript(long seed) {
        random = new Random(seed);
    }

    static Scenario of(long seed) {
        RandomScript random = new RandomScript(seed);
        for (int i = 0; i < SOCKETS; i++) {
            random.open();
        }
        for (int i = 0; i < ACTIONS; i++) {
            random.act();
        }
        return new Scenario("random/" + seed, "random", "mixed", "", "", false, List.of(),
                new Transcript(Map.of(), random.script.steps()));
    }

    private void open() {
        AddressKind kind = AddressKind.values()[random.nextInt(AddressKind.values().length)];
        Script.Endpoint endpoint = script.socket(0, kind);
        for (SocketOption option : List.of(SocketOption.SO_REUSEADDR, SocketOption.SO_REUSEPORT)) {
            if (random.nextBoolean()) {
                script.set(endpoint, option, true);
            }
        }
        fresh.add(endpoint);
        freshKinds.add(kind);
    }

    private void act() {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> bind();
            case 3, 4 -> listen();
            case 5 -> switchOption();
            case 6 -> connect();
            default -> close();
        }
    }

    private void bind() {
        if (fresh.isEmpty()) {
            return;
        }
        int i = random.nextInt(fresh.size());
        if (script.bind(fresh.get(i), freshKinds.get(i).at(Script.PORT))) {
            bound.add(fresh.remove(i));
            boundKinds.add(freshKinds.remove(i));
        }
    }

    private void listen() {
        if (bound.isEmpty()) {
            return;
        }
        int i = random.nextInt(bound.size());
        if (script.listen(bound.get(i))) {
            listening.add(bound.remove(i));
            listeningKinds.add(boundKinds.remove(i));
        }
    }

    private void switchOption() {
        List<Script.Endpoint> all = new ArrayList<>(fresh);
        all.addAll(bound);
        all.addAll(listening);
        all.addAll(accepted);
        if (!all.isEmpty()) {
            script.set(all.get(random.nextInt(all.size())),
                    random.nextBoolean() ? SocketOption.SO_REUSEADDR : SocketOption.SO_REUSEPORT, random.nextBoolean());
        }
    }

    /** Only to a listener that is alone: with several, who gets the connection is another question. */
    private void connect() {
        if (listening.size() != 1) {
            return;
        }
        AddressKind kind = listeningKinds.get(0);
        Script.Endpoint client = script.socket(0, kind.reachedAt(0).family());
        script.resetOnClose(client).connect(client, kind.reachedAt(Script.PORT));
        accepted.add(script.accept(listening.get(0)));
    }

    private void close() {
        List<List<Script.Endpoint>> lists = List.of(bound, listening, accepted);
        List<Script.Endpoint> list = lists.get(random.nextInt(lists.size()));
        if (list.isEmpty()) {
            return;
        }
        int i = random.nextInt(list.size());
        script.close(list.remove(i));
        if (list == bound) {
            boundKinds.remove(i);
        } else if (list == listening) {
            listeningKinds.remove(i);
        }
    }
}
