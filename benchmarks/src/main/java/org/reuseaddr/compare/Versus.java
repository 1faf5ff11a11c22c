package org.reuseaddr.compare;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.reuseaddr.results.Cell;

/**
 * One group against the base.
 *
 * @param other the group
 * @param design how its runs lie to the base's in time
 * @param cells the cells that both have, in their order
 * @param onlyBase cells that only the base has
 * @param onlyOther cells that only the other group has
 * @param missingRequired cells without which a change may go unseen: the primary ones that one of the groups has and the
 *     other lacks; where no group has a primary cell, every one that only the base has
 * @param controls how the controls themselves differ, as ratios to the base by name
 * @param blames which calls account for cells that are slower or faster
 * @param semantics the scenarios that differ, grouped by cause, the most severe first
 * @param environment the platform records' differences, first what could explain most
 * @param remarks what the reader must know to read the rest: sentences
 */
public record Versus(Group other, Design design, List<CellComparison> cells, List<Cell> onlyBase, List<Cell> onlyOther,
        List<Cell> missingRequired, SortedMap<String, Double> controls, List<Blame> blames, List<SemanticDifference> semantics,
        List<EnvironmentDifference> environment, List<String> remarks) {

    public Versus {
        cells = List.copyOf(cells);
        onlyBase = List.copyOf(onlyBase);
        onlyOther = List.copyOf(onlyOther);
        missingRequired = List.copyOf(missingRequired);
        controls = Collections.unmodifiableSortedMap(new TreeMap<>(controls));
        blames = List.copyOf(blames);
        semantics = List.copyOf(semantics);
        environment = List.copyOf(environment);
        remarks = List.copyOf(remarks);
    }
}
