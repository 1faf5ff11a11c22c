package org.reuseaddr.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.reuseaddr.model.Grade;

/**
 * Whether a comparison lets a change pass, for continuous integration. It fails closed: where the data do not decide, the
 * decision is not that nothing changed.
 *
 * @param limit the largest change that passes, as a share above 0: 0.2 is 20 %
 * @param slowerOnly whether what became faster passes, however much
 * @param semantics whether a scenario that violates a guarantee, and did not on the base, fails
 */
public record ChangeGate(double limit, boolean slowerOnly, boolean semantics) {

    private static final String ABSENT = Semantics.ABSENT;
    private static final Set<String> VIOLATIONS = Set.of(Grade.VIOLATION.name(), Grade.TIMEOUT.name());

    /** What the gate found, the most severe last. */
    public enum Ruling {
        /** Every cell that must be decided is, and none changed by more than the limit. */
        PASSED,
        /** Cells that must be decided are missing or undecided, or scenarios that the base passed were not checked. */
        UNDECIDED,
        /** A cell changed by more than the limit. */
        CHANGED,
        /** A scenario violates a guarantee that it did not violate on the base. */
        VIOLATED
    }

    /**
     * The gate's decision.
     *
     * @param ruling the most severe of all that was found
     * @param reasons a sentence each
     */
    public record Decision(Ruling ruling, List<String> reasons) {

        public Decision {
            reasons = List.copyOf(reasons);
        }
    }

    /** Judges every group of a comparison. */
    public Decision judge(Comparison comparison) {
        Ruling worst = Ruling.PASSED;
        List<String> reasons = new ArrayList<>();
        for (Versus versus : comparison.others()) {
            worst = worse(worst, costs(versus, reasons));
            worst = semantics ? worse(worst, semantics(comparison.base(), versus, reasons)) : worst;
        }
        return new Decision(worst, reasons);
    }

    /** Judges the scenarios alone. */
    public static Decision ofSemantics(Comparison comparison) {
        Ruling worst = Ruling.PASSED;
        List<String> reasons = new ArrayList<>();
        for (Versus versus : comparison.others()) {
            worst = worse(worst, semantics(comparison.base(), versus, reasons));
        }
        return new Decision(worst, reasons);
    }

    private static Ruling worse(Ruling one, Ruling two) {
        return one.compareTo(two) > 0 ? one : two;
    }

    private Ruling costs(Versus versus, List<String> reasons) {
        List<CellComparison> tested = versus.cells().stream().filter(cell -> cell.family() == TestFamily.PRIMARY
                || cell.family() == TestFamily.SECONDARY).toList();
        List<CellComparison> primary = tested.stream().filter(cell -> cell.family() == TestFamily.PRIMARY).toList();
        boolean hasPrimary = !primary.isEmpty() || versus.missingRequired().stream().anyMatch(Families::isPrimary);
        long changed = tested.stream().filter(cell -> cell.verdict().isClaim() && isBeyond(cell)).count();
        long suspected = tested.stream().filter(cell -> !cell.verdict().isClaim() && isBeyond(cell)
                && !cell.ratio().orElseThrow().interval().contains(1)).count();
        long undecided = (hasPrimary ? primary : tested).stream().filter(cell -> !isDecided(cell)).count();
        String group = versus.other().label() + ": ";
        Ruling ruling = Ruling.PASSED;
        if (tested.isEmpty()) {
            reasons.add(group + "no benchmark could be compared");
            ruling = Ruling.UNDECIDED;
        }
        if (!versus.missingRequired().isEmpty()) {
            reasons.add(group + count(versus.missingRequired().size(), "required benchmark") + " missing in a group, such as "
                    + versus.missingRequired().get(0));
            ruling = Ruling.UNDECIDED;
        }
        if (undecided > 0) {
            reasons.add(group + count(undecided, hasPrimary ? "primary benchmark" : "benchmark") + " undecided");
            ruling = Ruling.UNDECIDED;
        }
        if (suspected > 0) {
            reasons.add(group + count(suspected, "benchmark") + " beyond the limit and not yet significant among all tests");
            ruling = Ruling.UNDECIDED;
        }
        if (changed > 0) {
            reasons.add(group + count(changed, "benchmark") + " changed beyond the limit");
            ruling = Ruling.CHANGED;
        }
        return ruling;
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private boolean isBeyond(CellComparison cell) {
        return cell.ratio().filter(ratio -> ratio.value() > 1 + limit || !slowerOnly && ratio.value() < 1 / (1 + limit))
                .isPresent();
    }

    /** Whether a cell has a verdict, or an interval that leaves out every change beyond the limit. */
    private boolean isDecided(CellComparison cell) {
        if (cell.verdict() != Verdict.UNCLEAR) {
            return true;
        }
        Missing missing = cell.missing().orElseThrow();
        boolean unusable = missing instanceof Missing.OneLevel || missing instanceof Missing.SteadyMachine
                || missing instanceof Missing.Behind || missing instanceof Missing.FreePorts;
        return !unusable && cell.ratio().filter(ratio -> ratio.interval().within(slowerOnly ? 0 : 1 / (1 + limit), 1 + limit))
                .isPresent();
    }

    private static Ruling semantics(Group base, Versus versus, List<String> reasons) {
        String group = versus.other().label() + ": ";
        boolean checked = base.runs().stream().anyMatch(run -> !run.scenarios().isEmpty());
        if (checked && versus.other().runs().stream().allMatch(run -> run.scenarios().isEmpty())) {
            reasons.add(group + "its scenarios were not checked");
            return Ruling.UNDECIDED;
        }
        int violated = 0;
        int unchecked = 0;
        for (SemanticDifference difference : versus.semantics()) {
            Set<String> before = Semantics.grades(difference.cause().baseGrade());
            Set<String> after = Semantics.grades(difference.cause().otherGrade());
            if (after.stream().anyMatch(VIOLATIONS::contains) && before.stream().noneMatch(VIOLATIONS::contains)
                    && !before.contains(ABSENT)) {
                violated += difference.count();
            }
            unchecked += after.contains(ABSENT) ? difference.count() : 0;
        }
        if (unchecked > 0) {
            reasons.add(group + count(unchecked, "scenario") + " not checked");
        }
        if (violated > 0) {
            reasons.add(group + count(violated, "scenario") + " violated that were not on the base");
        }
        return violated > 0 ? Ruling.VIOLATED : unchecked > 0 ? Ruling.UNDECIDED : Ruling.PASSED;
    }
}
