package org.reuseaddr.report;

import java.util.ArrayList;
import java.util.List;
import org.reuseaddr.semantics.Scenario;
import org.reuseaddr.socket.SockAddr;
import org.reuseaddr.socket.SyscallResult;
import org.reuseaddr.transcript.Call;
import org.reuseaddr.transcript.Outcome;
import org.reuseaddr.transcript.Step;
import org.reuseaddr.transcript.TranscriptPrinter;

/** Placeholder. */
public final class Reproduction {

    private Reproduction() {
    }

    /** A Python 3 program that exits with 1 if the platform differs from Linux. */
    public static String python(Scenario scenario) {
        List<String> lines = new ArrayList<>(List.of("import errno, socket, sys", "s = {}", ""));
        for (Step step : scenario.transcript().steps()) {
            int fd = 0;
            String action = null;
            if (step.call() instanceof Call.Socket call) {
                int number = ((SyscallResult.Returned) ((Outcome.Completed) step.outcome()).result()).value();
                lines.add("s[" + step.process() + ", " + number + "] = socket.socket(" + call.domain() + ", " + call.type() + ")");
            } else if (step.call() instanceof Call.SetOption call) {
                lines.add("s[" + step.process() + ", " + call.fd() + "].setsockopt(" + "socket." + call.option().levelSymbol()
                        + ", socket." + call.option() + ", " + call.value() + ")");
            } else if (step.call() instanceof Call.Bind call) {
                fd = call.fd();
                SockAddr address = call.address();
                action = "bind((\"" + address.host() + "\", " + address.port() + "))";
            } else if (step.call() instanceof Call.Listen call) {
                fd = call.fd();
                action = "listen(" + call.backlog() + ")";
            } else if (step.call() instanceof Call.Close call) {
                lines.add("s[" + step.process() + ", " + call.fd() + "].close()");
            }
            if (action != null) {
                boolean fails = step.outcome() instanceof Outcome.Completed done && done.result() instanceof SyscallResult.Failed;
                lines.addAll(List.of("try:", "    s[" + step.process() + ", " + fd + "]." + action, "    got = 0", "except OSError as e:",
                        "    got = e.errno", "if got != " + (fails ? "errno.EADDRINUSE" : "0") + ":",
                        "    sys.exit(" + (char) 39 + TranscriptPrinter.line(step).replace("'", "") + (char) 39 + " \" but got %d\" % got)"));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    /** Placeholder. */
    public static String c(Scenario scenario) {
        return "int main(void) { return 0; }\n";
    }

    /** The transcript. */
    public static String strace(Scenario scenario) {
        return TranscriptPrinter.print(scenario.transcript());
    }
}
