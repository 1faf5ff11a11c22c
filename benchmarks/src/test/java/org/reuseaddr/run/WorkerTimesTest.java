package org.reuseaddr.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of the scheduler's counts, from directories as /proc/PID/task has them. */
class WorkerTimesTest {

    @TempDir
    Path tasks;

    private void thread(String id, String name, String schedstat) throws IOException {
        Path thread = Files.createDirectories(tasks.resolve(id));
        Files.writeString(thread.resolve("comm"), name + "\n");
        Files.writeString(thread.resolve("schedstat"), schedstat + "\n");
    }

    @Test
    void onlyWorkersCount() throws IOException {
        thread("1", "java", "1 1000 5");
        thread("2", "C2 CompilerThre", "2 2000 5");
        thread("3", "org.reu..rker-1", "500 30 5");
        thread("4", "org.reu..ker-12", "700 50 5");
        thread("5", "org.reuseaddr.b", "10 1 5");
        assertThat(WorkerTimes.read(tasks)).isEqualTo(new WorkerTimes(1210, 81, 3));
    }

    @Test
    void shareIsTheMeanOverWorkersAndAtMostOne() {
        WorkerTimes before = new WorkerTimes(100, 10, 2);
        assertThat(new WorkerTimes(1100, 410, 2).waitShareSince(before, 1000)).hasValue(0.2);
        assertThat(new WorkerTimes(101, 9_000, 2).waitShareSince(before, 1000)).hasValue(1);
    }

    /** The name that this JVM gives the kernel for a thread named as JMH names its workers. */
    @Test
    void workerOfThisJvmIsSeen() throws InterruptedException {
        WorkerTimes[] seen = new WorkerTimes[1];
        Thread worker = new Thread(() -> seen[0] = WorkerTimes.now(),
                "org.reuseaddr.benchmarks.ListenerLifecycle.cycle-jmh-worker-1");
        worker.start();
        worker.join();
        assertThat(seen[0].workers()).isEqualTo(1);
    }

    @Test
    void whereNobodyCountsThereIsNoShare() throws IOException {
        thread("3", "org.reu..rker-1", "0 0 0");
        WorkerTimes zero = WorkerTimes.read(tasks);
        assertThat(zero.waitShareSince(zero, 1000)).as("all zero, as on gVisor").isEmpty();
        assertThat(WorkerTimes.read(tasks.resolve("absent")).waitShareSince(zero, 1000)).isEmpty();
        thread("4", "org.reu..rker-2", "no numbers");
        assertThat(WorkerTimes.read(tasks).workers()).isZero();
    }
}
