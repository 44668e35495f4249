package io.shardsum.scan.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.execution.CommandResultExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.adaptive.AdaptiveSparkPlanExec;
import org.apache.spark.sql.execution.adaptive.QueryStageExec;

/** A plan as Spark has executed it: what an adaptive one became in the end. */
final class ExecutedPlan {

  private final List<String> operators = new ArrayList<>();

  private ExecutedPlan() {}

  /** The names of a plan's operators, from the last one to those that read. */
  static List<String> operators(SparkPlan plan) {
    ExecutedPlan walk = new ExecutedPlan();
    walk.visit(plan);
    return List.copyOf(walk.operators);
  }

  private void visit(SparkPlan plan) {
    Optional<SparkPlan> executed = executed(plan);
    if (executed.isPresent()) {
      visit(executed.get());
      return;
    }
    operators.add(plan.nodeName().strip());
    for (int child = 0; child < plan.children().size(); child++) {
      visit(plan.children().apply(child));
    }
  }

  /** What ran in place of a node that only holds a plan. */
  private static Optional<SparkPlan> executed(SparkPlan plan) {
    if (plan instanceof AdaptiveSparkPlanExec adaptive) {
      return Optional.of(adaptive.executedPlan());
    }
    if (plan instanceof QueryStageExec stage) {
      return Optional.of(stage.plan());
    }
    if (plan instanceof CommandResultExec command) {
      return Optional.of(command.commandPhysicalPlan());
    }
    return Optional.empty();
  }
}
