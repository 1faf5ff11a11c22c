package org.reuseaddr.scenario;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.reuseaddr.model.Allowed;
import org.reuseaddr.model.Answer;
import org.reuseaddr.model.LinuxTcp;
import org.reuseaddr.model.RaceJudge;
import org.reuseaddr.model.World;
import org.reuseaddr.scenario.RandomCalls.Made;
import org.reuseaddr.socket.Family;
import org.reuseaddr.socket.Linux;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SocketOption;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Step;

/**
 * Makes up races: each process gets a socket that is bound, listens, is connected or nothing of it, on few addresses of one or
 * two ports, and then makes a few calls that others may make impossible. Every call is chosen with a look at what the model says
 * would have become of the sockets without the other racers.
 *
 * <p>No call of a race waits: every socket is non-blocking. None leaves a connection in TIME_WAIT: a socket that may connect has
 * SO_LINGER of 0 seconds, and so has every socket when the executor closes it at the end of a round.
 */
public final class RandomRace {

    /** Only sockets that make a connection are few enough that no queue is ever full. */
    private static final int BACKLOG = 8;
    private static final int MOST_CALLS_OF_TWO = 3;
    private static final int MOST_CALLS_OF_THREE = 2;
    private static final int TRIES = 8;
    /** A race whose calls do not meet ends in one way only; after so many of them it is taken. */
    private static final int MOST_RACES = 50;
    private static final RaceJudge REFERENCE = new RaceJudge(LinuxTcp.REFERENCE);
    private static final int POLL_ALL = Linux.POLLIN | Linux.POLLOUT | Linux.POLLRDHUP;

    private final SplittableRandom random;
    private final int racers;
    private final FewAddresses addresses;
    private final int reusePortShare;
    private final boolean hasSecondPort;
    private final Map<Integer, Integer> names = new HashMap<>();

    private RandomRace(SplittableRandom random, int racers, List<Family> families) {
        this.random = random;
        this.racers = racers;
        addresses = new FewAddresses(random, families);
        reusePortShare = random.nextInt(4) == 0 ? 80 : 3;
        hasSecondPort = random.nextInt(6) == 0;
    }

    /**
     * A race.
     *
     * @param random decides everything: the same numbers make the same race
     * @param mostRacers how many processes it may have, 2 or 3
     * @param families what the platform has
     */
    public static CallRace of(SplittableRandom random, int mostRacers, List<Family> families) {
        CallRace race = null;
        for (int tries = 0; tries < MOST_RACES; tries++) {
            race = new RandomRace(random, 2 + random.nextInt(mostRacers - 1), families).race();
            if (REFERENCE.allowed(race.unmade(), 2).size() > 1) {
                return race;
            }
        }
        return race;
    }

    private CallRace race() {
        Stretch before = new Stretch(World.EMPTY);
        IntStream.rangeClosed(1, racers).boxed().sorted(Comparator.comparing(process -> random.nextInt()))
                .forEach(process -> prepare(before, process));
        List<List<Made>> racing = new ArrayList<>();
        for (int process = 1; process <= racers; process++) {
            racing.add(racing(before.world, process));
        }
        return new CallRace(before.calls, racing, after(racing));
    }

    /** Calls one after the other, and what the model says they come to. */
    private static final class Stretch {
        private final List<Made> calls = new ArrayList<>();
        private World world;

        private Stretch(World world) {
            this.world = world;
        }

        private void add(Made made) {
            predict(world, made).ifPresent(predicted -> {
                calls.add(made);
                world = predicted.world();
            });
        }

        /** Adds a call if it succeeds: nothing prepares a race by being refused. */
        private boolean addIfItSucceeds(Made made) {
            Optional<PredictedWorld> predicted = predict(world, made).filter(PredictedWorld::succeeds);
            predicted.ifPresent(prediction -> {
                calls.add(made);
                world = prediction.world();
            });
            return predicted.isPresent();
        }
    }

    private record PredictedWorld(World world, boolean succeeds) {
    }

    /** The usual answer; empty where the call would wait, or the model says nothing of it. */
    private static Optional<PredictedWorld> predict(World world, Made made) {
        List<Allowed> answers = LinuxTcp.REFERENCE.answers(world, made.process(), made.call());
        Answer usual = answers.get(0).answer();
        if (answers.stream().anyMatch(allowed -> allowed.answer() instanceof Answer.Waits || allowed.answer() instanceof Answer.Anything)) {
            return Optional.empty();
        }
        Step step = new Step(made.process(), made.call(), usual.example(made.call(), made.name().orElse(0)));
        return Optional.of(new PredictedWorld(LinuxTcp.REFERENCE.judge(world, step, answers).after(), step.succeeded()));
    }

    private void prepare(Stretch part, int process) {
        SockAddr address = addresses.any();
        int fd = nextName(process);
        part.add(socket(process, fd, address.family()));
        if (random.nextInt(100) < 70) {
            part.add(plain(process, new Call.SetOption(fd, SocketOption.SO_REUSEADDR, 1)));
        }
        if (random.nextInt(100) < reusePortShare) {
            part.add(plain(process, new Call.SetOption(fd, SocketOption.SO_REUSEPORT, 1)));
        }
        if (address.family() == Family.INET6 && address.isWildcard() && random.nextInt(4) == 0) {
            part.add(plain(process, new Call.SetOption(fd, SocketOption.IPV6_V6ONLY, 1)));
        }
        boolean connects = random.nextInt(4) == 0;
        if (connects) {
            part.add(plain(process, new Call.SetLinger(fd, true, 0)));
        }
        boolean binds = random.nextInt(100) < (connects ? 20 : 60);
        if (!binds || !part.addIfItSucceeds(plain(process, new Call.Bind(fd, address.withPort(port()))))) {
            return;
        }
        if (!connects && random.nextInt(100) < 45) {
            part.addIfItSucceeds(plain(process, new Call.Listen(fd, BACKLOG)));
        }
    }

    private List<Made> racing(World begin, int process) {
        Stretch own = new Stretch(begin);
        int wanted = 1 + random.nextInt(racers == 2 ? MOST_CALLS_OF_TWO : MOST_CALLS_OF_THREE);
        for (int tries = 0; own.calls.size() < wanted && tries < TRIES * wanted; tries++) {
            List<World.Descriptor> open = own.world.descriptors().stream().filter(one -> one.process() == process).toList();
            if (open.isEmpty() && own.calls.size() == wanted - 1) {
                return own.calls;
            }
            if (open.isEmpty()) {
                own.add(socket(process, nextName(process), addresses.any().family()));
            } else {
                own.add(plain(process, call(own, open.get(random.nextInt(open.size())))));
            }
        }
        return own.calls;
    }

    private Call call(Stretch own, World.Descriptor socket) {
        int fd = socket.fd();
        int dice = random.nextInt(100);
        boolean connects = socket.resets();
        return switch (socket.condition()) {
            case UNBOUND -> connects && dice < 70 ? connect(own, socket) : dice < 75 ? bind(socket) : dice < 88 ? option(fd)
                    : dice < 94 ? new Call.Close(fd) : look(fd);
            case BOUND -> connects && dice < 50 ? connect(own, socket) : dice < 55 ? new Call.Listen(fd, BACKLOG)
                    : dice < 70 ? option(fd) : dice < 85 ? new Call.Close(fd) : look(fd);
            case LISTENING -> dice < 28 ? new Call.Close(fd) : dice < 45 ? new Call.Shutdown(fd, 2 * random.nextInt(2))
                    : dice < 70 ? new Call.Accept(fd, true, Linux.SOCK_NONBLOCK) : dice < 82 ? option(fd)
                    : dice < 87 ? new Call.Listen(fd, BACKLOG) : look(fd);
            case CONNECTED -> connects && dice < 35 ? new Call.Close(fd) : connects && dice < 65 ? connect(own, socket)
                    : dice < 75 ? new Call.Shutdown(fd, Linux.SHUT_RD) : look(fd);
            case ENDED -> dice < 40 ? new Call.Close(fd) : connects && dice < 75 ? connect(own, socket) : look(fd);
            case UNKNOWN -> new Call.Close(fd);
        };
    }

    /** What came of the racing calls: who listens, and whether a connect went through. */
    private List<Made> after(List<List<Made>> racing) {
        List<Made> after = new ArrayList<>();
        for (List<Made> own : racing) {
            List<Made> kept = own.stream().filter(made -> own.stream().noneMatch(other -> other.call() instanceof Call.Close close
                    && made.call() instanceof Call.OnDescriptor on && close.fd() == on.fd())).toList();
            kept.stream().filter(made -> made.call() instanceof Call.Listen || made.call() instanceof Call.Shutdown)
                    .map(RandomRace::descriptor).distinct().forEach(named -> after.add(plain(named.process(),
                            new Call.GetOption(named.fd(), SocketOption.SO_ACCEPTCONN))));
            kept.stream().filter(made -> made.call() instanceof Call.Connect).map(RandomRace::descriptor).distinct()
                    .forEach(named -> after.add(plain(named.process(), random.nextBoolean() ? new Call.Poll(named.fd(), POLL_ALL, 0)
                            : new Call.GetOption(named.fd(), SocketOption.SO_ERROR))));
        }
        return after;
    }

    private record Named(int process, int fd) {
    }

    private static Named descriptor(Made made) {
        return new Named(made.process(), ((Call.OnDescriptor) made.call()).fd());
    }

    private Made socket(int process, int name, Family family) {
        return new Made(process, new Call.Socket(family.number(), Linux.SOCK_STREAM | Linux.SOCK_NONBLOCK, Linux.IPPROTO_TCP),
                OptionalInt.of(name));
    }

    private Made plain(int process, Call call) {
        return new Made(process, call, call instanceof Call.MakesDescriptor ? OptionalInt.of(nextName(process)) : OptionalInt.empty());
    }

    /** Never the same again: whether a racing accept makes a descriptor is not known before. */
    private int nextName(int process) {
        return names.merge(process, RandomCalls.FIRST_DESCRIPTOR, (last, first) -> last + 1);
    }

    private Call bind(World.Descriptor socket) {
        return new Call.Bind(socket.fd(), addresses.ofFamily(socket.family()).withPort(random.nextInt(16) == 0 ? 0 : port()));
    }

    private Call option(int fd) {
        return random.nextInt(100) < reusePortShare ? new Call.SetOption(fd, SocketOption.SO_REUSEPORT, random.nextInt(2))
                : new Call.SetOption(fd, SocketOption.SO_REUSEADDR, random.nextInt(2));
    }

    private Call look(int fd) {
        return switch (random.nextInt(5)) {
            case 0 -> new Call.GetSockName(fd);
            case 1 -> new Call.GetPeerName(fd);
            case 2 -> new Call.GetOption(fd, SocketOption.SO_ACCEPTCONN);
            case 3 -> new Call.GetOption(fd, SocketOption.SO_ERROR);
            default -> new Call.Poll(fd, POLL_ALL, 0);
        };
    }

    /** Mostly to what another process has bound, whether it listens already or not. */
    private Call connect(Stretch own, World.Descriptor socket) {
        List<SockAddr> bound = own.world.descriptors().stream()
                .filter(other -> other.process() != socket.process() && other.local().port() != 0
                        && (other.condition() == World.Condition.LISTENING || other.condition() == World.Condition.BOUND))
                .map(World.Descriptor::local).toList();
        SockAddr target = bound.isEmpty() || random.nextInt(5) == 0 ? addresses.ofFamily(socket.family()).withPort(port())
                : bound.get(random.nextInt(bound.size()));
        return new Call.Connect(socket.fd(), inFamily(socket.family(), specific(target)));
    }

    private static SockAddr specific(SockAddr address) {
        return !address.isWildcard() ? address : isMapped(address) ? new SockAddr.Inet4(127, 0, 0, 1, address.port())
                : address.family().loopback(address.port());
    }

    private static SockAddr inFamily(Family family, SockAddr address) {
        if (family == Family.INET6) {
            return address instanceof SockAddr.Inet4 four ? SockAddr.Inet6.mapped(four) : address;
        }
        return address instanceof SockAddr.Inet6 six
                ? isMapped(six) ? six.unmapped() : Family.INET.loopback(address.port()) : address;
    }

    private static boolean isMapped(SockAddr address) {
        return address instanceof SockAddr.Inet6 six && six.isMapped();
    }

    private int port() {
        return hasSecondPort && random.nextInt(3) == 0 ? Script.PEER_PORT : Script.PORT;
    }
}
