package org.reuseaddr.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.reuseaddr.platform.ProcessTable.ProcessName;

class ProcessTableTest {

    @Test
    void parentsComeBeforeTheirChildren() throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "sh -c 'sleep 60; :' & wait").start();
        try {
            List<ProcessName> line = new ArrayList<>();
            while (line.size() < 3) {
                ProcessTable table = ProcessTable.now();
                line.clear();
                for (long parent = ProcessHandle.current().pid(); line.size() < 3; parent = line.get(line.size() - 1).pid()) {
                    List<ProcessName> children = new ArrayList<>(table.children(parent));
                    children.removeIf(child -> line.isEmpty() && child.pid() != shell.pid());
                    if (children.isEmpty()) {
                        break;
                    }
                    line.add(children.get(0));
                }
                Thread.sleep(5);
            }
            Set<ProcessName> any = new HashSet<>(line);
            assertThat(ProcessTable.now().parentsFirst(any)).containsExactlyElementsOf(line);
            assertThat(ProcessTable.now().parentsFirst(Set.of(new ProcessName(shell.pid(), -1)))).as("another of that number").isEmpty();
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }
}
